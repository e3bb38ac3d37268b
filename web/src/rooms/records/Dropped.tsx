import { useState } from 'react';
import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { isRowOp } from '../../kit/condition/model';
import { opText } from '../../kit/condition/vocabulary';
import { shortened } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { listedFields } from './listed';
import type { droppedIn, Lost } from './shown';
import type { RecordList } from './useRecordList';

/** A condition of a link in words, as far as there are any for it. */
function useLostWords(meta: ObjectMeta, list: RecordList) {
  const { t, label } = useText();
  // What the reader may not ask about is not told either: somebody else's link may hold what this one sees masked.
  const values = ({ why, values: given = [] }: Lost) =>
    why === 'closed' && given.length > 0 ? '…' : shortened(given.join(t('common.and')));
  const field = (lost: Lost) =>
    label(listedFields(meta).find(({ key }) => key === lost.field)?.labels) || (lost.field ?? '');
  const op = ({ field: key = '', op: said = '' }: Lost) =>
    isRowOp(said) ? opText(said, list.terms.typeOf(key), t) : said;
  const whole = (lost: Lost) =>
    lost.field === undefined ? shortened(lost.text) : [field(lost), op(lost), values(lost)].filter(Boolean).join(' ');
  return { field, values, whole };
}

type Props = { meta: ObjectMeta; list: RecordList; dropped: ReturnType<typeof droppedIn> };

/**
 * What the link said and the list does not follow; without a word it would pass for what was meant. It stands until it is
 * closed or the list is another one than that of the link.
 */
export function Dropped({ meta, list, dropped: { conditions, ways } }: Props) {
  const { t } = useText();
  const [closed, setClosed] = useState(false);
  const [asked] = useState([list.refinement, list.rows, list.q, list.sort, list.group]);
  const words = useLostWords(meta, list);
  const changed = [list.refinement, list.rows, list.q, list.sort, list.group].some((one, at) => one !== asked[at]);
  if (changed && !closed) setClosed(true);
  if (closed || conditions.length + ways === 0) return null;
  const named = (why: 'unknown' | 'closed') => {
    const lost = conditions.filter((one) => one.why === why);
    return lost.length === 0
      ? []
      : [t(`list.dropped.${why}`, { n: lost.length, which: lost.map(words.whole).join(t('common.semicolon')) })];
  };
  const sentences = [
    ...named('unknown'),
    ...named('closed'),
    ...conditions
      .filter(({ why }) => why === 'options')
      .map((lost) => t('list.dropped.options', { field: words.field(lost), which: words.values(lost) })),
    ...(ways > 0 ? [t('list.droppedWays', { n: ways })] : []),
  ];
  return (
    <div className="panel-note row gap-8" role="status" data-testid="dropped">
      <div>
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <button type="button" className="plain right row" aria-label={t('common.close')} onClick={() => setClosed(true)}>
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}
