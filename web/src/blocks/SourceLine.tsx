import { Link } from 'react-router';
import type { RecordDetail } from '../api';
import { date } from '../kit/format';
import { useText } from '../kit/i18n';

type Props = {
  /** The source that keeps the record, where it is known. */
  source: RecordDetail['source'];
  /** It is said of fields among others, which can be changed. */
  amongOthers?: boolean;
  /** Where a correction of them is asked for, by whoever may. */
  correct?: string | false;
};

/** Which file keeps the source's fields of a record, and since when they are as they are. */
export function SourceLine({ source, amongOthers = false, correct = false }: Props) {
  const { t, label } = useText();
  const name = label(source?.labels);
  const kept = !source
    ? t('record.fromSource')
    : source.day
      ? t('record.keptSince', { name, day: date(source.day) })
      : t('record.keptBy', { name });
  return (
    <p className="small ink-3" style={{ marginBottom: 8 }} data-testid="kept-by">
      {amongOthers ? t('record.notHere', { kept }) : kept}
      {correct && (
        <>
          {' · '}
          {/* Not a word of the sentence: it is not read as one that lacks its line. */}
          <Link to={correct} style={{ display: 'inline-block' }} data-testid="correct">
            {t('correct.ask')}
          </Link>
        </>
      )}
    </p>
  );
}
