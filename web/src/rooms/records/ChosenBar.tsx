import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { Foreseen, ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { decimal } from '../../kit/format';
import { useDebounced, useKeys } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { ExportButton } from './ExportButton';
import { SumText } from './SumText';
import { summable, sumOver } from './sums';
import { MOST, type ChosenRows } from './useChosenRows';
import type { RecordList } from './useRecordList';

type Props = { meta: ObjectMeta; list: RecordList; chosen: ChosenRows };

/** What is chosen and what is done with it: how many, what they add up to, where they are, whom the gate would refuse. */
export function ChosenBar({ meta, list, chosen }: Props) {
  const { t } = useText();
  const { rows, summed, elsewhere, clear } = chosen;
  useKeys({ Escape: clear }, rows.length > 0);
  if (rows.length === 0) return null;
  const [first] = summable(meta.fields, list.columns);
  const sum = first && summed && sumOver(first, summed);
  return (
    <div className="chosen-bar" role="group" aria-label={t('list.chosenBar')} data-testid="chosen-bar">
      <b aria-live="polite" data-testid="chosen">
        {t(rows.length >= MOST ? 'list.chosenMost' : 'list.chosen', { n: decimal(rows.length, 0) })}
      </b>
      {elsewhere > 0 && <span className="said">{t('list.chosenElsewhere', { n: decimal(elsewhere, 0) })}</span>}
      {sum && (
        <span className="said" data-testid="chosen-sum">
          <SumText sum={sum} />
        </span>
      )}
      {meta.role === 'party' && <Refusals uids={rows.map((row) => row.uid)} />}
      {meta.operations.includes('export') && (
        <ExportButton
          meta={meta}
          query={{ uids: rows.map((row) => row.uid), columns: list.columns, sort: list.sort }}
          title={t('list.exportChosen')}
          testId="export-chosen"
        />
      )}
      <button type="button" className="plain right" onClick={clear} data-testid="choose-none">
        <kbd>Esc</kbd> {t('list.chooseNone')} <Icon name="close" size={14} />
      </button>
    </div>
  );
}

const CHANNELS = ['email', 'staff'] as const;

/** How many of the chosen the gate would refuse now, by each way of contact; nothing where one may not know. */
function Refusals({ uids }: { uids: string[] }) {
  const { t } = useText();
  const parties = useDebounced([...uids].sort().join(' '), 250);
  const found = useQuery({
    queryKey: ['foreseen', parties],
    queryFn: ({ signal }) =>
      Promise.all(
        CHANNELS.map((channel) =>
          api.post('/gate/foreseen', { body: { channel, parties: parties.split(' ') }, signal }),
        ),
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!found.data) return null;
  const stale = found.isPlaceholderData || found.data.some((one) => one.asked !== uids.length);
  return (
    <span className={stale ? 'said fading' : 'said'} data-testid="chosen-refused">
      {CHANNELS.map((channel, index) => {
        const one = found.data[index];
        return one && <ByChannel key={channel} channel={channel} found={one} />;
      })}
      {t('list.refusedNote')}
    </span>
  );
}

function ByChannel({ channel, found }: { channel: (typeof CHANNELS)[number]; found: Foreseen }) {
  const { t, label } = useText();
  const why = found.reasons.map((one) => `${label(one.labels)} ${one.count}`).join(t('common.semicolon'));
  return (
    <span className={found.refused > 0 ? 'refusing' : undefined} title={why || undefined}>
      {t(`list.refused.${channel}`, { n: decimal(found.refused, 0) })}
    </span>
  );
}
