import type { Labels, RecordDetail } from '../../api';
import { date } from '../../kit/format';
import type { Translate } from '../../kit/i18n';

/** Which file keeps the source's fields of a record, and since when they are as they are. */
export function sourceWords({ source }: RecordDetail, t: Translate, label: (labels: Labels) => string): string {
  if (!source) return t('record.fromSource');
  const name = label(source.labels);
  return source.day ? t('record.keptSince', { name, day: date(source.day) }) : t('record.keptBy', { name });
}
