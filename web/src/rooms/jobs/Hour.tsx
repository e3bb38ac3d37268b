import type { JobStep } from '../../api';
import { useText } from '../../kit/i18n';
import { decimal, NOTHING, time } from '../../kit/format';
import { heights, pace, said, type Standing } from './pace';

/** What waited in the last hour, a bar for each five minutes; a dot where it was none, nothing where it is not known. */
export function Hour({ steps, name, tone }: { steps: JobStep[]; name: string; tone: Standing }) {
  const { t } = useText();
  const number = (value: number | null) => (value === null ? NOTHING : decimal(value, 0));
  const known = steps.flatMap(({ waiting }) => (waiting === null ? [] : [waiting]));
  if (known.length === 0) return <span className="hour small ink-3">{t('job.hourUnknown')}</span>;
  const { came, left } = pace({ steps });
  const words = t('job.hourSaid', {
    name,
    most: decimal(Math.max(...known), 0),
    last: number(steps.at(-1)?.waiting ?? null),
    came: said(came),
    left: said(left),
  });
  const tall = heights(steps);
  return (
    <span className={`hour ${tone}`} role="img" aria-label={words}>
      {steps.map((step, index) => {
        const height = tall[index] ?? null;
        const title = t('job.stepSaid', {
          time: time(step.until),
          waiting: number(step.waiting),
          came: said(step.came),
          left: said(step.left),
        });
        return (
          <span key={step.until} title={title}>
            {height !== null && (
              <i style={{ height: `${Math.max(height * 100, 6)}%` }} className={height === 0 ? 'none' : ''} />
            )}
          </span>
        );
      })}
    </span>
  );
}
