import { useState, type ReactNode } from 'react';
import type { CampaignCounts, RefusalCount, TouchState } from '../../api';
import { useText } from '../../kit/i18n';
import { decimal, share } from '../../kit/format';
import { useIsPhone } from '../../kit/hooks';
import { Bar } from '../../kit/marks';
import { MembersDrawer, type MemberFilter } from './MembersDrawer';

type Part = {
  key: string;
  title: string;
  value: number;
  base: number;
  sub: string;
  tone: string;
  filter?: MemberFilter;
};

function useParts(counts: CampaignCounts): Part[] {
  const { t } = useText();
  const treated = counts.treated ?? counts.chosen - counts.control;
  const ofTreated = (value: number) => t('effect.ofTreated', { p: share(value, treated, 1) });
  const state = (name: TouchState, tone: string, sub = ofTreated(counts[name as 'sent'] ?? 0)): Part => ({
    key: name,
    title: t(`effect.${name as 'sent'}`),
    value: counts[name as 'sent'] ?? 0,
    base: treated,
    sub,
    tone,
    filter: { state: name },
  });
  return [
    {
      key: 'chosen',
      title: t('campaign.chosen'),
      value: counts.chosen,
      base: counts.chosen,
      sub: t('unit.household'),
      tone: 'ink',
      filter: {},
    },
    {
      key: 'control',
      title: t('campaign.controlGroup'),
      value: counts.control,
      base: counts.chosen,
      sub: `${t('effect.ofChosen', { p: share(counts.control, counts.chosen, 1) })} ${t('effect.notContacted')}`,
      tone: 'grey',
      filter: { state: 'control' },
    },
    {
      key: 'treated',
      title: t('effect.treated'),
      value: treated,
      base: counts.chosen,
      sub: t('effect.ofChosen', { p: share(treated, counts.chosen, 1) }),
      tone: 'strong',
      filter: { state: 'treated' },
    },
    state('refused', 'refused'),
    state('sent', 'strong'),
    state('waiting', 'grey'),
    state('failed', 'attention'),
    state('unknown', 'attention', t('effect.noResend')),
    ...(counts.stopped ? [state('stopped', 'grey')] : []),
  ];
}

/** Everybody once, by what happened to him; behind each number is its list. */
export function PeopleByState({ uid, counts, extra }: { uid: string; counts: CampaignCounts; extra?: ReactNode }) {
  const parts = useParts(counts);
  const [shown, setShown] = useState<{ title: string; filter: MemberFilter } | null>(null);
  return (
    <>
      <div className="people">
        {parts.map((part) => (
          <div key={part.key} className="people-part">
            <div className="figure-label">
              <i className={`swatch ${part.tone}`} />
              {part.title}
            </div>
            {part.filter ? (
              <button
                type="button"
                className="plain figure-value people-number"
                onClick={() => part.filter && setShown({ title: part.title, filter: part.filter })}
                data-testid={`effect-${part.key}`}
              >
                {decimal(part.value, 0)}
              </button>
            ) : (
              <div className="figure-value" data-testid={`effect-${part.key}`}>
                {decimal(part.value, 0)}
              </div>
            )}
            <Bar share={part.base > 0 ? part.value / part.base : 0} tone={part.tone} />
            <div className="figure-sub">{part.sub}</div>
          </div>
        ))}
        {extra}
      </div>
      <MembersDrawer uid={uid} shown={shown} onClose={() => setShown(null)} />
    </>
  );
}

const SHADES = 6;
/** The narrowest the band gets, in px. */
const BAND = 560;
const BAND_PHONE = 340;

/** About how wide a text of 12 px is with its padding: Chinese letters are square, Latin ones half as wide. */
const textWidth = (text: string) => 16 + [...text].reduce((sum, letter) => sum + (letter > '\u2fff' ? 12 : 6.6), 0);

/** Refusals as one band by reason, longest first; with a campaign, each reason opens its list. */
export function RefusalBand({
  refusals,
  uid,
  title,
  state = 'refused',
}: {
  refusals: RefusalCount[];
  uid?: string;
  title?: string;
  state?: 'refused' | 'work_refused';
}) {
  const { t, label } = useText();
  const [shown, setShown] = useState<{ title: string; filter: MemberFilter } | null>(null);
  const width = useIsPhone() ? BAND_PHONE : BAND;
  const sorted = [...refusals].sort((one, two) => two.count - one.count).filter((refusal) => refusal.count > 0);
  const total = sorted.reduce((sum, refusal) => sum + refusal.count, 0);
  if (total === 0) return null;
  const textOf = (refusal: RefusalCount) => `${label(refusal.labels)} ${decimal(refusal.count, 0)}`;
  const isNarrow = (refusal: RefusalCount) => (refusal.count / total) * width < textWidth(textOf(refusal));
  return (
    <div className="refusals">
      <span className="ink-2 nowrap">
        {title ?? t('campaign.refusals')} {decimal(total, 0)}
      </span>
      <div className="refusal-band">
        {sorted.map((refusal, index) => {
          const narrow = isNarrow(refusal);
          const text = textOf(refusal);
          const style = {
            flexGrow: refusal.count,
            background: `var(--refused-${Math.min(index + 1, SHADES)})`,
            color: index < 3 ? 'var(--on-dark)' : 'var(--ink)',
          };
          return (
            <button
              key={refusal.code}
              type="button"
              className="plain"
              style={style}
              title={text}
              disabled={!uid}
              onClick={() => setShown({ title: label(refusal.labels), filter: { state, reason: refusal.code } })}
              data-testid={`${state === 'refused' ? 'refusal' : 'work-refusal'}-${refusal.code}`}
            >
              {narrow ? decimal(refusal.count, 0) : text}
            </button>
          );
        })}
      </div>
      {sorted.some(isNarrow) && <p className="small ink-3 refusal-key">{sorted.map(textOf).join(' · ')}</p>}
      {uid && <MembersDrawer uid={uid} shown={shown} onClose={() => setShown(null)} />}
    </div>
  );
}
