import { Button, Modal } from 'antd';
import { useState } from 'react';
import type { Campaign, Estimate } from '../../api';
import { useText } from '../../kit/i18n';
import type { Key } from '../../kit/strings';
import { Figure } from '../../kit/figures';
import { isStale, useReport } from '../../kit/feedback';
import { date, datetime, decimal, share } from '../../kit/format';
import { DayStamp } from '../../kit/marks';
import { Panel } from '../../kit/Panel';
import { ErrorState } from '../../kit/states';
import { RefusalBand } from './People';
import { hindranceOf } from './hindrance';
import { useCampaignStep, useEstimate, useStartEstimate } from './queries';
import { RunFailure } from './RunFailure';

/** What the campaign would do on today's data: computed by a run, kept, confirmed as exactly these numbers. */
export function EstimatePanel({ campaign }: { campaign: Campaign }) {
  const { t } = useText();
  const estimate = useEstimate(campaign.uid);
  const start = useStartEstimate(campaign.uid);
  const [asking, setAsking] = useState(false);
  const run = () => start.mutate();
  const data = estimate.data?.estimate;
  const underWay = start.isPending || estimate.data?.run?.under_way === true;
  const confirming = campaign.state === 'confirming';
  // Once the people are frozen, what was estimated of them is read until they are addressed; nothing is estimated anew.
  const frozen = campaign.state === 'confirmed';
  const stale = data !== null && data !== undefined && !estimate.data?.current && !underWay && !frozen;
  const hindrance = data && !stale && !underWay ? hindranceOf(data) : null;
  const ready =
    data && !stale && !underWay && !confirming && hindrance === null && campaign.permitted.includes('confirm');
  return (
    <Panel
      title={t('campaign.estimate')}
      side={
        data && (
          <>
            <span className="small ink-3 nowrap">
              {t('campaign.estimatedAt', { at: datetime(estimate.data?.made_at) })}
            </span>
            <DayStamp date={data.business_date} />
          </>
        )
      }
      foot={
        !frozen && (
          <>
            <Footnote confirming={confirming} underWay={underWay} stale={stale} hindrance={hindrance} />
            <span className="right row">
              <Button loading={underWay} disabled={confirming} onClick={run} data-testid="estimate">
                {t('campaign.estimateRun')}
              </Button>
              <Button
                type="primary"
                loading={confirming}
                disabled={!ready}
                onClick={() => setAsking(true)}
                data-testid="confirm"
              >
                {t('campaign.confirm')}
              </Button>
            </span>
          </>
        )
      }
      flush
    >
      {!confirming && (
        <RunFailure run={campaign.confirmation} title={t('campaign.confirmFailed')} id="confirm-failed" />
      )}
      {!underWay && <RunFailure run={estimate.data?.run} title={t('campaign.estimateFailed')} id="estimate-failed" />}
      {start.isError && <ErrorState error={start.error} retry={run} />}
      {estimate.isError && <ErrorState error={estimate.error} retry={() => void estimate.refetch()} />}
      {data ? (
        <div
          className={stale || underWay ? 'fading' : ''}
          data-testid="estimate-figures"
          data-current={!stale && !underWay}
        >
          <EstimateFigures data={data} />
        </div>
      ) : (
        !estimate.isError && (
          <p className="panel-body ink-3">{underWay ? t('campaign.estimateUnderWay') : t('campaign.estimateNone')}</p>
        )
      )}
      {data && (
        <ConfirmDialog
          open={asking}
          onClose={() => setAsking(false)}
          campaign={campaign}
          estimate={data}
          ready={Boolean(ready)}
          onChanged={run}
        />
      )}
    </Panel>
  );
}

type FootProps = { confirming: boolean; underWay: boolean; stale: boolean; hindrance: Key | null };

/** What stands in the way of confirming, or what is going on. */
function Footnote({ confirming, underWay, stale, hindrance }: FootProps) {
  const { t } = useText();
  if (confirming)
    return (
      <span role="status" data-testid="confirming">
        {t('campaign.confirming')}
      </span>
    );
  if (underWay)
    return (
      <span role="status" data-testid="estimating">
        {t('campaign.estimateUnderWay')}
      </span>
    );
  if (stale)
    return (
      <span className="tone-attention" role="status" data-testid="estimate-outdated">
        {t('campaign.estimateOutdated')}
      </span>
    );
  if (hindrance)
    return (
      <span className="tone-attention" role="status" data-testid="confirm-hindrance">
        {t(hindrance)}
      </span>
    );
  return <span>{t('campaign.estimateText')}</span>;
}

function EstimateFigures({ data }: { data: Estimate }) {
  const { t } = useText();
  const treated = data.count - data.control;
  return (
    <>
      <div className="people">
        <Figure
          label={t('campaign.chosen')}
          value={<span data-testid="estimate-count">{decimal(data.count, 0)}</span>}
          sub={t('unit.household')}
        />
        <Figure
          label={t('campaign.controlGroup')}
          value={decimal(data.control, 0)}
          sub={t('effect.ofChosen', { p: share(data.control, data.count, 1) })}
        />
        <Figure
          label={t('campaign.reachable')}
          value={<span data-testid="estimate-reachable">{decimal(data.reachable, 0)}</span>}
          sub={t('effect.ofTreated', { p: share(data.reachable, treated, 1) })}
        />
        <Figure
          label={t('campaign.followed')}
          value={<span data-testid="estimate-followed">{decimal(data.followed, 0)}</span>}
          sub={t('campaign.ofCovered', { p: share(data.followed, data.covered, 1), n: decimal(data.covered, 0) })}
        />
      </div>
      {data.outlook && (
        <p
          className={`panel-body small ${data.outlook.judged && data.outlook.better === null ? 'ink-2' : 'tone-attention'}`}
          data-testid="estimate-outlook"
        >
          {data.outlook.sentence}
        </p>
      )}
      <RefusalBand refusals={data.refusals} />
      <RefusalBand refusals={data.work_refusals} title={t('campaign.workRefusals')} state="work_refused" />
    </>
  );
}

type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  campaign: Campaign;
  estimate: Estimate;
  ready: boolean;
  onChanged: () => void;
};

function ConfirmDialog({ open, onClose, campaign, estimate, ready, onChanged }: ConfirmProps) {
  const { t } = useText();
  const report = useReport();
  const step = useCampaignStep(campaign);
  const [changed, setChanged] = useState(false);
  const close = () => {
    setChanged(false);
    onClose();
  };
  const failed = (error: unknown) => {
    if (!isStale(error)) return report(error);
    setChanged(true);
    onChanged();
  };
  const confirm = () =>
    step.mutate(
      { count: estimate.count, business_date: estimate.business_date },
      { onSuccess: close, onError: failed },
    );
  return (
    <Modal
      open={open}
      title={t('campaign.confirmTitle')}
      okText={t('campaign.confirm')}
      okButtonProps={{ 'data-testid': 'confirm-ok', disabled: !ready }}
      confirmLoading={step.isPending}
      onOk={confirm}
      onCancel={close}
      width={460}
    >
      {changed && (
        <div className="alert attention" role="alert" data-testid="confirm-changed">
          {t('campaign.stale')} {t(ready ? 'campaign.renewed' : 'campaign.renewing')}
        </div>
      )}
      <div className={`row gap-16 ${ready ? '' : 'fading'}`} style={{ margin: '4px 0 12px' }}>
        <Figure
          label={t('campaign.confirmCount')}
          value={<span data-testid="confirm-count">{decimal(estimate.count, 0)}</span>}
        />
        <Figure
          label={t('campaign.confirmDate')}
          value={<span data-testid="confirm-date">{estimate.business_date}</span>}
        />
      </div>
      <p className="ink-2">
        {t('campaign.confirmText', {
          date: date(estimate.business_date),
          count: decimal(estimate.count, 0),
          control: decimal(estimate.control, 0),
        })}
      </p>
    </Modal>
  );
}
