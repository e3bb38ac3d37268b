import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { Link, useNavigate, useParams } from 'react-router';
import { api } from '../../api/client';
import type { Campaign } from '../../api';
import { useText } from '../../kit/i18n';
import { useWord } from '../../blocks/lists';
import { useChange } from '../../kit/change';
import { useReport } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { DayStamp, LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { QueryState } from '../../kit/states';
import { EstimatePanel } from './EstimatePanel';
import { MessagePreviewPanel } from './MessagePreviewPanel';
import { PeopleByState } from './People';
import { useCampaign, useCampaignStep, useEstimate, type Step } from './queries';
import { StateTag } from './StateTag';
import { launchingOf, stoppingOf } from './stepping';

export function CampaignPage() {
  const { t } = useText();
  const { uid = '' } = useParams();
  const query = useCampaign(uid);
  const campaign = query.data;
  return (
    <Page
      crumbs={[{ title: t('campaign.title'), path: '/campaigns' }, { title: campaign?.name ?? '' }]}
      title={campaign?.name}
      mark={campaign && <StateTag state={campaign.state} />}
      sub={campaign?.purpose}
      actions={
        campaign && (
          <>
            <LiveStamp at={query.dataUpdatedAt} />
            <CampaignActions campaign={campaign} />
          </>
        )
      }
    >
      <QueryState query={query} rows={10} page>
        {(data) => <CampaignView campaign={data} />}
      </QueryState>
    </Page>
  );
}

function CampaignView({ campaign }: { campaign: Campaign }) {
  const { t } = useText();
  return (
    <>
      {campaign.channel_away && <ChannelAway away={campaign.channel_away} />}
      {campaign.put_off && (
        <div className="alert attention" role="status" data-testid="put-off">
          <Icon name="clock" />
          <b>
            {t('campaign.putOff', {
              count: decimal(campaign.put_off.count, 0),
              until: datetime(campaign.put_off.until),
            })}
          </b>
        </div>
      )}
      <div className="columns">
        <div className="column">
          {campaign.counts && campaign.snapshot ? (
            <Panel
              title={t('effect.people')}
              side={
                <>
                  <DayStamp date={campaign.snapshot.business_date} frozen />
                  <Link to={`/campaigns/${campaign.uid}/effect`} data-testid="see-effect">
                    {t('campaign.seeEffect')}
                  </Link>
                </>
              }
              flush
            >
              <PeopleByState uid={campaign.uid} counts={campaign.counts} />
            </Panel>
          ) : null}
          {['draft', 'confirming', 'confirmed'].includes(campaign.state) && <EstimatePanel campaign={campaign} />}
          <Panel title={t('campaign.setup')}>
            <Plan campaign={campaign} />
          </Panel>
        </div>
        <div className="column">
          <MessagePreviewPanel uid={campaign.uid} />
          <Panel title={t('campaign.timeline')}>
            <Events campaign={campaign} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function ChannelAway({ away }: { away: NonNullable<Campaign['channel_away']> }) {
  const { t, label } = useText();
  return (
    <div className="alert attention" role="status" data-testid="channel-away">
      <Icon name="alert" />
      <div>
        <b>{t('campaign.channelAway', { since: datetime(away.since), retry: datetime(away.retry_at) })}</b>
        <p className="small">{t('campaign.channelAnswer', { answer: label(away.error) })}</p>
      </div>
    </div>
  );
}

function CampaignActions({ campaign }: { campaign: Campaign }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const report = useReport();
  const step = useCampaignStep(campaign);
  const may = (name: string) => campaign.permitted.includes(name);
  const run = (name: Step) => step.mutateAsync(name).catch(report);
  const ask = (name: 'launch' | 'stop') =>
    void modal.confirm({
      title: t(`campaign.${name}Title`),
      content: name === 'stop' ? <Stopping uid={campaign.uid} /> : <Launching campaign={campaign} />,
      okText: t(`campaign.${name}`),
      okButtonProps: { danger: name === 'stop', 'data-testid': `${name}-confirm` },
      onOk: () => run(name),
    });
  const busy = step.isPending;
  return (
    <>
      {may('delete') && <DeleteButton campaign={campaign} />}
      {may('edit') && (
        <Button
          icon={<Icon name="edit" size={14} />}
          onClick={() => void navigate(`/campaigns/${campaign.uid}/edit`)}
          data-testid="campaign-edit"
        >
          {t('common.edit')}
        </Button>
      )}
      {may('stop') && (
        <Button danger loading={busy} onClick={() => ask('stop')} data-testid="stop">
          {t('campaign.stop')}
        </Button>
      )}
      {may('pause') && (
        <Button
          loading={busy}
          icon={<Icon name="pause" size={14} />}
          onClick={() => void run('pause')}
          data-testid="pause"
        >
          {t('campaign.pause')}
        </Button>
      )}
      {may('resume') && (
        <Button
          type="primary"
          loading={busy}
          icon={<Icon name="play" size={14} />}
          onClick={() => void run('resume')}
          data-testid="resume"
        >
          {t('campaign.resume')}
        </Button>
      )}
      {may('launch') && (
        <Button
          type="primary"
          loading={busy}
          icon={<Icon name="play" size={14} />}
          onClick={() => ask('launch')}
          data-testid="launch"
        >
          {t('campaign.launch')}
        </Button>
      )}
    </>
  );
}

/** What stopping does as of now: the numbers move while whoever stops thinks about it. */
function Stopping({ uid }: { uid: string }) {
  const { t } = useText();
  const query = useCampaign(uid);
  return (
    <QueryState query={query} rows={3}>
      {(campaign) => (
        <div data-testid="stopping">
          {stoppingOf(campaign).map(([key, n]) => (
            <p key={key}>{t(key, { n: decimal(n, 0) })}</p>
          ))}
          <p>{t('campaign.stopForGood')}</p>
        </div>
      )}
    </QueryState>
  );
}

/** Whom launching addresses, and what was estimated of them. */
function Launching({ campaign }: { campaign: Campaign }) {
  const { t } = useText();
  const query = useEstimate(campaign.uid);
  return (
    <QueryState query={query} rows={3}>
      {({ estimate }) => (
        <div data-testid="launching">
          {launchingOf(campaign, estimate).map(([key, n]) => (
            <p key={key}>{t(key, { n: decimal(n, 0) })}</p>
          ))}
          <p>{t('campaign.launchText')}</p>
        </div>
      )}
    </QueryState>
  );
}

function DeleteButton({ campaign }: { campaign: Campaign }) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { modal } = App.useApp();
  const report = useReport();
  const remove = useChange({
    mutationFn: () =>
      api.delete('/campaigns/{uid}', { path: { uid: campaign.uid }, query: { revision: campaign.revision } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void navigate('/campaigns');
    },
    onError: report,
  });
  const ask = () =>
    void modal.confirm({
      title: t('campaign.deleteTitle'),
      content: t('campaign.deleteText'),
      okText: t('common.delete'),
      okButtonProps: { danger: true, 'data-testid': 'campaign-delete-confirm' },
      onOk: () => remove.mutateAsync().catch(() => undefined),
    });
  return (
    <Button danger onClick={ask} data-testid="campaign-delete">
      {t('common.delete')}
    </Button>
  );
}

function Plan({ campaign }: { campaign: Campaign }) {
  const { t, label } = useText();
  const facts: [string, React.ReactNode][] = [
    [
      t('campaign.audience'),
      <Link key="a" to={`/audiences/${campaign.audience.uid}`}>
        {campaign.audience.name}
      </Link>,
    ],
    [t('campaign.template'), label(campaign.template.labels)],
    [
      t('campaign.product'),
      campaign.product ? `${campaign.product.display} ${campaign.product.risk_level ?? ''}` : '—',
    ],
    ...(campaign.product_level ? [[t('campaign.level'), campaign.product_level] as [string, string]] : []),
    [t('campaign.observation'), t('campaign.tradingDays', { n: campaign.goal.days })],
    [t('campaign.controlGroup'), `${campaign.control_percent}%`],
    [t('campaign.dueIn'), t('campaign.tradingDays', { n: campaign.due_days })],
  ];
  return (
    <dl className="fields">
      {facts.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div className="wide">
        <dt>{t('campaign.goal')}</dt>
        <dd data-testid="goal-sentence">{campaign.goal.sentence || campaign.goal.text}</dd>
      </div>
      <div className="wide">
        <dt>{t('campaign.script')}</dt>
        <dd>
          <pre className="message">{campaign.script}</pre>
        </dd>
      </div>
    </dl>
  );
}

function Events({ campaign }: { campaign: Campaign }) {
  const { t, label } = useText();
  const word = useWord();
  return (
    <ol className="timeline">
      {campaign.timeline.map((entry, index) => (
        <li key={index}>
          <time>{datetime(entry.at)}</time>
          <span className="knot">
            <Icon name="check" size={12} />
          </span>
          <div className="grow">
            <b>{entry.actor}</b> {word('campaign.event', entry.event)}
            {entry.reason && (
              <p className="small ink-3" data-testid="campaign-event-reason">
                {label(entry.reason)}
              </p>
            )}
            {entry.event === 'confirm' && campaign.snapshot && (
              <p className="small ink-3">{t('campaign.snapshot', { count: decimal(campaign.snapshot.count, 0) })}</p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
