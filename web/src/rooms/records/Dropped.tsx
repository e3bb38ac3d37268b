import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { isRowOp } from '../../kit/condition/model';
import { opText } from '../../kit/condition/vocabulary';
import { shortened } from '../../kit/format';
import { LinkNote, useNoteClosed } from '../../kit/LinkNote';
import { listedFields } from './listed';
import type { LostPlace } from './places';
import type { Lost, Unfollowed } from './shown';
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

/** A place of a link in words; who or what it is need not be known here. */
function usePlaceWords(meta: ObjectMeta) {
  const { t, label } = useText();
  const names = { unit: t('place.unit'), served_by: t('list.servedBy') };
  return ({ kind, field, value }: LostPlace) => {
    const title = kind === 'of' ? label(meta.fields.find(({ key }) => key === field)?.labels) : names[kind];
    const nobody = kind === 'unit' ? t('place.none') : kind === 'served_by' ? t('list.servedByNobody') : '';
    return [title, shortened(value) || nobody].filter(Boolean).join(' ');
  };
}

type Props = { meta: ObjectMeta; list: RecordList; dropped: Unfollowed & { page: boolean } };

/**
 * What the link said and the list does not follow. It stands until it is closed or the list is another one than that of
 * the link.
 */
export function Dropped({ meta, list, dropped: { conditions, places, tab, ways, unread, page } }: Props) {
  const { t, label } = useText();
  const [closed, close] = useNoteClosed([list.refinement, list.rows, list.q, list.sort, list.group]);
  const words = useLostWords(meta, list);
  const placeWords = usePlaceWords(meta);
  if (closed) return null;
  const all = t('common.semicolon');
  const tabName = (key: string | undefined) =>
    label(meta.refinements.find((one) => one.key === key)?.labels) || shortened(key ?? '');
  const named = (why: 'unknown' | 'closed') => {
    const lost = conditions.filter((one) => one.why === why);
    return lost.length === 0
      ? []
      : [t(`list.dropped.${why}`, { n: lost.length, which: lost.map(words.whole).join(all) })];
  };
  const sentences = [
    ...named('unknown'),
    ...named('closed'),
    ...conditions
      .filter(({ why }) => why === 'options')
      .map((lost) => t('list.dropped.options', { field: words.field(lost), which: words.values(lost) })),
    ...(places.length > 0 ? [t('list.dropped.places', { which: places.map(placeWords).join(all) })] : []),
    ...(tab ? [t('list.dropped.tab', { name: tabName(tab), now: tabName(list.refinement) })] : []),
    ...(ways > 0 ? [t('list.droppedWays', { n: ways })] : []),
    ...(unread.length > 0 ? [t('link.unread', { which: unread.map((one) => shortened(one)).join(all) })] : []),
    ...(page ? [t('list.dropped.page')] : []),
  ];
  return <LinkNote sentences={sentences} onClose={close} />;
}
