import { useText } from '../../kit/i18n';
import { now } from '../../kit/clock';
import { distance, NOTHING } from '../../kit/format';

/** Seconds as one says them: below a minute in seconds, then as everywhere. */
export function useAge(): { since: (instant: string | null) => string; span: (seconds: number | null) => string } {
  const { t } = useText();
  const words = { day: t('time.day'), hour: t('time.hour'), minute: t('time.minute') };
  const said = (seconds: number, at: string) =>
    seconds < 60 ? `${Math.max(0, Math.round(seconds))} ${t('job.second')}` : distance(at, now(), words);
  return {
    since: (instant) => (instant ? said((now() - new Date(instant).getTime()) / 1000, instant) : NOTHING),
    span: (seconds) => (seconds === null ? NOTHING : said(seconds, new Date(now() + seconds * 1000).toISOString())),
  };
}
