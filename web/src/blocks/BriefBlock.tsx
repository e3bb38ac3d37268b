import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { AsOf, BriefData, Figure as FigureData } from '../api';
import { useText } from '../kit/i18n';
import { Figure } from '../kit/figures';
import { Stamp } from '../kit/marks';
import { Formatted } from './Formatted';

const TONES = { plain: '', late: 'tone-late', attention: 'tone-attention', refused: 'tone-refused' } as const;

type BriefProps = { data: BriefData; asOf: AsOf | null; mark?: ReactNode; actions?: ReactNode };

/** The one sentence that says what is due or what was found. */
export function BriefBlock({ data, asOf, mark, actions }: BriefProps) {
  const { t } = useText();
  const parts = data.parts.length > 0 ? data.parts : [{ text: data.sentence, tone: 'plain' as const }];
  return (
    <div className="brief" data-testid="brief">
      <div className="grow">
        <h1>
          {parts.map((part, index) => (
            <span key={index} className={TONES[part.tone]}>
              {part.text}
            </span>
          ))}
        </h1>
        {data.first && (
          <p className="ink-2 two-lines" title={data.first.text}>
            {t('block.first')}
            <Link to={data.first.path}>{data.first.text}</Link>
          </p>
        )}
      </div>
      {mark}
      <Stamp asOf={asOf} />
      {actions}
    </div>
  );
}

type FiguresProps = { figures: FigureData[]; asOf: AsOf | null; mark?: ReactNode };

/** The figures that prove it, each with its comparison. */
export function FiguresBlock({ figures, asOf, mark }: FiguresProps) {
  const { label } = useText();
  return (
    <section className="panel figures" data-testid="figures">
      {figures.map((figure, index) => (
        <div key={figure.key} data-testid={`figure-${figure.key}`} className="figure-cell">
          <Figure
            label={label(figure.labels)}
            value={<Formatted value={figure.value} format={figure.format} unit={figure.unit} />}
            sub={figure.compare.map((item, at) => (
              <span key={at}>
                {label(item.labels)} <Formatted value={item.value} format={item.format} unit={item.unit} />
              </span>
            ))}
          />
          <div className="figure-side">
            {index === figures.length - 1 && (
              <>
                {mark}
                <Stamp asOf={asOf} />
              </>
            )}
          </div>
        </div>
      ))}
    </section>
  );
}
