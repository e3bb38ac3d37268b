import type { Load } from '../../api/types';
import { useText } from '../../app/i18n';
import { Tag, type Tone } from '../../kit/marks';

const TONES: Record<Load['state'], Tone> = { running: 'blue', done: 'done', failed: 'late', cancelled: 'plain' };

export function LoadState({ state }: { state: Load['state'] }) {
  const { t } = useText();
  return <Tag tone={TONES[state]}><span data-testid="load-state" data-state={state}>{t(`load.state.${state}`)}</span></Tag>;
}
