import { Button } from 'antd';
import { Link, useParams } from 'react-router';
import type { Campaign, Effect } from '../../api';
import { useText } from '../../kit/i18n';
import { useReport } from '../../kit/feedback';
import { date, datetime, decimal } from '../../kit/format';
import { Clip, DayStamp, LiveStamp, Mark, Tag } from '../../kit/marks';
import { Bar } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, QueryState } from '../../kit/states';
import { BranchTable, MeasureTable } from './EffectTables';
import { EffectCurve } from './EffectCurve';
import { PeopleNumber } from './MembersDrawer';
import { PeopleByState, RefusalBand } from './People';
import { useCampaign, useEffectOf, useMeasure } from './queries';
import { RunFailure } from './RunFailure';
import { StateTag } from './StateTag';

/** What the campaign did: the sentence, everybody accounted for, treated against control. */
export function EffectPage() {
  const { t } = useText();
  const { uid = '' } = useParams();
  const campaign = useCampaign(uid);
  const effect = useEffectOf(uid);
  const name = campaign.data?.name ?? '';
  return (
    <Page
      crumbs={[
        { title: t('campaign.title'), path: '/campaigns' },
        { title: name, path: `/campaigns/${uid}` },
        { title: t('campaign.effect') },
      ]}
      title={name}
      mark={campaign.data && <StateTag state={campaign.data.state} />}
      sub={effect.data && campaign.data && <Sub effect={effect.data} campaign={campaign.data} />}
      actions={effect.data && <DayStamp date={effect.data.business_date} />}
    >
      <QueryState query={effect} rows={12} page>
        {(data) => <EffectView uid={uid} effect={data} at={effect.dataUpdatedAt} />}
      </QueryState>
    </Page>
  );
}

function Sub({ effect, campaign }: { effect: Effect; campaign: Campaign }) {
  const { t } = useText();
  return (
    <span className="row wrap">
      {campaign.launched_at && (
        <Tag tone="done">{t('effect.observed', { n: effect.observed_days, days: effect.days })}</Tag>
      )}
      <span>
        {t('campaign.audience')} <Clip>{campaign.audience.name ?? ''}</Clip>
      </span>
      <span>
        {t('campaign.controlGroup')} {campaign.control_percent}%
      </span>
    </span>
  );
}

function EffectView({ uid, effect, at }: { uid: string; effect: Effect; at: number }) {
  const { t } = useText();
  if (effect.counts === null) return <Awaited uid={uid} effect={effect} />;
  return (
    <div className="blocks">
      <Verdict effect={effect} />
      <Closing effect={effect} />
      <Renewal uid={uid} effect={effect} />
      <Panel
        title={t('effect.people')}
        meta={<span className="desk-only">{t('effect.peopleMeta')}</span>}
        side={<LiveStamp at={at} />}
        flush
      >
        <PeopleByState uid={uid} counts={effect.counts} extra={<WorkPart uid={uid} effect={effect} />} />
        <RefusalBand refusals={effect.refusals} uid={uid} />
        <RefusalBand
          refusals={effect.work.refusals}
          uid={uid}
          title={t('campaign.workRefusals')}
          state="work_refused"
        />
        <WorkResults uid={uid} effect={effect} />
      </Panel>
      <div className="columns even effect-columns">
        <div className="column">
          <Panel
            title={t('effect.measures')}
            meta={<span className="desk-only">{t('effect.measuresMeta')}</span>}
            side={
              <>
                <span className="small desk-only tone-brand">● {t('effect.significant')}</span>
                <span className="small desk-only ink-2">○ {t('effect.notSignificant')}</span>
                <DayStamp date={effect.business_date} />
              </>
            }
            flush
          >
            {effect.measures.length > 0 ? (
              <MeasureTable uid={uid} measures={effect.measures} />
            ) : (
              <NotYet effect={effect} />
            )}
          </Panel>
        </div>
        <div className="column">
          <Panel title={t('effect.curve')} side={<DayStamp date={effect.business_date} />} flush={!effect.curve}>
            {effect.curve ? <EffectCurve curve={effect.curve} /> : <NotYet effect={effect} />}
          </Panel>
        </div>
      </div>
      <Panel
        title={t('effect.branches')}
        meta={t('effect.branchesMeta')}
        side={<DayStamp date={effect.business_date} />}
        flush
      >
        {effect.branches.length > 0 ? <BranchTable uid={uid} branches={effect.branches} /> : <NotYet effect={effect} />}
      </Panel>
    </div>
  );
}

/** Of a campaign for which nobody is chosen yet: what has to happen, and where. */
function Awaited({ uid, effect }: { uid: string; effect: Effect }) {
  const { t } = useText();
  return (
    <Panel flush>
      <Empty
        icon="clock"
        title={<span data-testid="effect-sentence">{effect.sentence}</span>}
        actions={<Link to={`/campaigns/${uid}`}>{t('effect.toCampaign')}</Link>}
      />
    </Panel>
  );
}

/** Whether the effect counts the newest figures; where it does not, that it is being computed, or a way to have it so. */
function Renewal({ uid, effect }: { uid: string; effect: Effect }) {
  const { t } = useText();
  const report = useReport();
  const measure = useMeasure(uid);
  if (effect.run?.under_way)
    return (
      <p className="small ink-2" role="status" data-testid="effect-computing">
        {t('effect.computing')}
      </p>
    );
  if (effect.current) return null;
  return (
    <>
      <RunFailure run={effect.run} title={t('effect.notComputed')} id="effect-failed" />
      <div className="row wrap" role="status" data-testid="effect-outdated">
        <span className="tone-attention small">{t('effect.outdated')}</span>
        <Button
          size="small"
          loading={measure.isPending}
          onClick={() => measure.mutate(undefined, { onError: report })}
          data-testid="effect-compute"
        >
          {t('effect.compute')}
        </Button>
      </div>
    </>
  );
}

/** Of a campaign whose days are over: which versions of its conclusion there are, and whether late data may change it. */
function Closing({ effect }: { effect: Effect }) {
  const { t } = useText();
  const { closing } = effect;
  if (!closing) return null;
  const [newest, ...before] = closing.versions;
  return (
    <div className="small ink-2" data-testid="effect-closing">
      {newest && (
        <p data-testid="effect-version">
          {newest.why === null
            ? t('effect.closedAt', { at: datetime(newest.made_at) })
            : t('effect.restatedAt', { n: newest.version, at: datetime(newest.made_at), why: newest.why })}
        </p>
      )}
      {before.map((one) => (
        <p key={one.version} className="ink-3" data-testid="effect-version-before">
          {t('effect.versionBefore', { n: one.version, at: datetime(one.made_at), sentence: one.sentence })}
        </p>
      ))}
      <p className={closing.late > 0 ? 'tone-attention' : ''} data-testid="effect-may-change">
        {closing.may_change}
      </p>
    </div>
  );
}

/** Before the first figures: when they come. */
function NotYet({ effect }: { effect: Effect }) {
  const { t } = useText();
  if (effect.observed_days > 0 && !effect.made_at)
    return <Empty icon="clock" title={t(effect.run?.under_way ? 'effect.computing' : 'effect.notYetComputed')} />;
  const text = effect.first_day ? t('effect.firstFigures', { date: date(effect.first_day) }) : t('effect.firstReach');
  return <Empty icon="clock" title={t('effect.noFigures')} text={text} />;
}

function Verdict({ effect }: { effect: Effect }) {
  return (
    <section className="panel verdict-panel">
      <p className="verdict-sentence" data-testid="effect-sentence">
        {effect.sentence}
      </p>
      <ul className="checks">
        {effect.checks.map((check) => (
          <li
            key={check.key}
            className={check.ok === false ? 'tone-attention' : check.ok ? '' : 'ink-3'}
            data-testid={`check-${check.key}`}
            data-ok={check.ok}
          >
            {check.ok !== null && <Mark tone={check.ok ? 'done' : 'attention'} />} {check.text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function WorkPart({ uid, effect }: { uid: string; effect: Effect }) {
  const { t } = useText();
  const { created, done } = effect.work;
  return (
    <div className="people-part">
      <div className="figure-label">
        <i className="swatch done" />
        {t('effect.workDone')}
      </div>
      <PeopleNumber
        uid={uid}
        className="figure-value"
        title={t('effect.workDone')}
        filter={{ state: 'work_done' }}
        testId="effect-work-done"
      >
        {decimal(done, 0)}
      </PeopleNumber>
      <Bar share={created > 0 ? done / created : 0} tone="done" />
      <div className="figure-sub">
        <PeopleNumber uid={uid} title={t('effect.workGiven')} filter={{ state: 'work' }} testId="effect-work-given">
          {t('effect.ofWork', { n: decimal(created, 0) })}
        </PeopleNumber>
      </div>
    </div>
  );
}

function WorkResults({ uid, effect }: { uid: string; effect: Effect }) {
  const { t, label } = useText();
  const { results } = effect.work;
  if (results.length === 0) return null;
  return (
    <div className="refusals">
      <span className="ink-2 nowrap">{t('effect.results')}</span>
      <span className="row wrap gap-16 small">
        {results.map((result) => (
          <span key={result.key} data-testid={`result-${result.key}`}>
            {label(result.labels)}{' '}
            <PeopleNumber uid={uid} title={label(result.labels)} filter={{ state: 'work_done', reason: result.key }}>
              <b>{decimal(result.count, 0)}</b>
            </PeopleNumber>
          </span>
        ))}
      </span>
    </div>
  );
}
