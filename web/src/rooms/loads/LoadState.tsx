import type { Load } from '../../api';
import { useText } from '../../kit/i18n';
import { Tag, type Tone } from '../../kit/marks';

const TONES: Record<Load['state'], Tone> = {
  running: 'blue',
  done: 'done',
  failed: 'late',
  cancelled: 'plain',
  waiting: 'attention',
  discarded: 'plain',
  undone: 'plain',
  restored: 'done',
};

/** What became of a file; one that left rows behind is not simply done. */
export function LoadState({ load }: { load: Load }) {
  const { t } = useText();
  const partly = load.state === 'done' && load.rows_rejected + load.rows_without_record > 0;
  return (
    <Tag tone={partly ? 'attention' : TONES[load.state]}>
      <span data-testid="load-state" data-state={load.state}>
        {t(partly ? 'load.state.partly' : `load.state.${load.state}`)}
      </span>
    </Tag>
  );
}
