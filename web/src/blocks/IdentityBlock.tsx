import type { ReactNode } from 'react';
import type { AsOf, Figure as FigureData, IdentityData } from '../api';
import { useText } from '../kit/i18n';
import * as format from '../kit/format';
import { formatOf } from '../kit/fields/formats';
import { Figure } from '../kit/figures';
import { Icon } from '../kit/Icon';
import { DayStamp, Mark, Stamp } from '../kit/marks';
import { ChoiceTag, Formatted } from './Formatted';
import { riskBand } from './riskBand';
import { Unmask } from './Unmask';

type Unmaskable = IdentityData['unmaskable'][number];

type Props = { data: IdentityData; asOf: AsOf | null; actions?: ReactNode };

/** Who this is, what may be offered and by which channel one may talk: before anything else. */
export function IdentityBlock({ data, asOf, actions }: Props) {
  const { t, label } = useText();
  const factKeys = new Set(data.facts.map((fact) => fact.key));
  const masked = new Map(data.unmaskable.map((item) => [item.field, item]));
  /** Masked values that no fact shows stand beside the name, each under its own word. */
  const head = data.unmaskable.filter((item) => !factKeys.has(item.field) && item.value !== data.display);
  const named = data.unmaskable.find((item) => item.value === data.display);
  const unmask = (item: Unmaskable, bare = false) => (
    <Unmask
      object={data.object}
      uid={data.uid}
      field={item.field}
      label={label(item.labels)}
      value={item.value}
      bare={bare}
    />
  );
  return (
    <section className="panel identity" data-testid="identity">
      <div className="identity-head">
        <h1 title={data.display} data-testid="page-title">
          {data.display}
        </h1>
        {named && unmask(named, true)}
        {data.tier && <ChoiceTag choice={data.tier} />}
        {data.status && <ChoiceTag choice={data.status} />}
        {!head.some((item) => item.value === data.number) && (
          <span className="identity-number">
            {t('identity.number')} {data.number}
          </span>
        )}
        {head.map((item) => (
          <span key={item.field} className="identity-number">
            {label(item.labels)} {unmask(item)}
          </span>
        ))}
        {actions && <div className="identity-actions">{actions}</div>}
      </div>
      {data.figures.length > 0 && <Figures figures={data.figures} at={data.figures_at} />}
      <div className="identity-facts">
        {data.facts.map((fact, index) => {
          const item = masked.get(fact.key);
          const value = item ? unmask(item) : <Formatted value={fact.value} format={fact.format} />;
          // Figures are written large, texts as texts.
          return (
            <Figure
              key={index}
              label={label(fact.labels)}
              value={formatOf(fact.format).figure ? value : <span className="fact-text">{value}</span>}
            />
          );
        })}
        <span className="right">
          <Stamp asOf={asOf} />
        </span>
      </div>
      <div className="identity-bands">
        <div>
          <h2>{t('identity.suitability')}</h2>
          <RiskBand risk={data.risk} />
        </div>
        <div>
          <h2>{t('identity.consents')}</h2>
          <Consents consents={data.consents} />
        </div>
      </div>
    </section>
  );
}

/** What he holds and moves, each beside what it is compared with. */
function Figures({ figures, at }: { figures: FigureData[]; at?: string | null }) {
  const { label } = useText();
  return (
    <div className="identity-facts held">
      {figures.map((figure) => (
        <Figure
          key={figure.key}
          label={label(figure.labels)}
          value={<Formatted value={figure.value} format={figure.format} unit={figure.unit} />}
          sub={figure.compare.map((part, at) => (
            <span key={at}>
              {label(part.labels)} <Formatted value={part.value} format={part.format} unit={part.unit} />
            </span>
          ))}
        />
      ))}
      <span className="right">
        <DayStamp date={at} />
      </span>
    </div>
  );
}

/** The five product levels: those that may be offered filled, the others barred in words. */
function RiskBand({ risk }: { risk: IdentityData['risk'] }) {
  const { t } = useText();
  if (!risk?.level) {
    return (
      <p className="row">
        <Mark tone="refused" /> <span className="strong">{t('identity.noRisk')}</span>
        <span className="ink-2">{t('identity.noRiskText')}</span>
      </p>
    );
  }
  const products = risk.products ?? '—';
  const top = Number(/(\d)\D*$/.exec(products)?.[1] ?? 0);
  const expired = risk.valid_until !== null && format.expiry(risk.valid_until) === 'past';
  return (
    <>
      <div
        className="risk-band"
        role="img"
        aria-label={expired ? t('identity.noneWhileExpired') : t('identity.products', { products })}
      >
        {riskBand(top, expired).map(({ level, barred, said }) => (
          <span key={level} className={barred ? 'barred' : ''}>
            {said ? t('identity.banned', { level }) : `R${level}`}
          </span>
        ))}
      </div>
      <p className="row wrap" data-testid="risk">
        <span className="ink-2">{t('identity.level')}</span>
        <span className="strong">{risk.label.startsWith(risk.level) ? risk.label : `${risk.level} ${risk.label}`}</span>
        {risk.valid_until && (
          <span className={expired ? 'tone-late' : ''}>
            {expired && <Icon name="alert" size={13} />}{' '}
            {t(expired ? 'identity.expired' : 'identity.validUntil', { date: format.date(risk.valid_until) })}
          </span>
        )}
        <span className={expired ? 'tone-late' : 'ink-2'}>
          {expired ? t('identity.noneWhileExpired') : t('identity.products', { products })}
        </span>
      </p>
    </>
  );
}

const CONSENT_MARK = { granted: 'done', withdrawn: 'refused', none: 'none' } as const;

type ConsentState = keyof typeof CONSENT_MARK;

/** What is not a grant and not a withdrawal counts as none. */
const known = (state: string): ConsentState => (state === 'granted' || state === 'withdrawn' ? state : 'none');

function Consents({ consents }: { consents: IdentityData['consents'] }) {
  const { t, label } = useText();
  return (
    <ul className="consents">
      {consents.map((consent) => (
        <li key={consent.channel} data-testid={`consent-${consent.channel}`}>
          <Mark tone={CONSENT_MARK[known(consent.state)]} />
          <span>{label(consent.labels)}</span>
          <span className={`small nowrap ${consent.state === 'withdrawn' ? 'tone-refused' : 'ink-3'}`}>
            {t(`consent.${known(consent.state)}`)}
          </span>
        </li>
      ))}
    </ul>
  );
}
