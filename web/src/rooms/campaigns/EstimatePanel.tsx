import { Button, Modal } from 'antd';
import { useState } from 'react';
import { ApiError } from '../../api/client';
import type { Campaign, Estimate } from '../../api';
import { useText } from '../../app/i18n';
import { Figure } from '../../kit/figures';
import { FailureLine, isStale, useReport } from '../../kit/feedback';
import { date, decimal, share } from '../../kit/format';
import { DayStamp } from '../../kit/marks';
import { useOnce } from '../../kit/once';
import { Panel } from '../../kit/Panel';
import { ErrorState } from '../../kit/states';
import { RefusalBand } from './People';
import { hindranceOf } from './hindrance';
import { useCampaignStep, useEstimate } from './queries';

/** What the campaign would do on today's data; the person confirms exactly these numbers. */
export function EstimatePanel({ campaign }: { campaign: Campaign }) {
  const { t } = useText();
  const estimate = useEstimate(campaign.uid);
  const [confirming, setConfirming] = useState(false);
  const [data, setData] = useState<Estimate | undefined>();
  const run = () => estimate.mutate(undefined, { onSuccess: setData });
  const hindrance = data ? hindranceOf(data) : null;
  return (
    <Panel
      title={t('campaign.estimate')}
      side={data && <DayStamp date={data.business_date} />}
      foot={
        <>
          {hindrance ? <span className="tone-attention" role="status" data-testid="confirm-hindrance">{t(hindrance)}</span> : <span>{t('campaign.estimateText')}</span>}
          <span className="right row">
            <Button loading={estimate.isPending} onClick={run} data-testid="estimate">{t('campaign.estimateRun')}</Button>
            <Button type="primary" disabled={!data || estimate.isPending || hindrance !== null || !campaign.permitted.includes('confirm')} onClick={() => setConfirming(true)} data-testid="confirm">{t('campaign.confirm')}</Button>
          </span>
        </>
      }
      flush
    >
      {estimate.isError && <ErrorState error={estimate.error} retry={run} />}
      {data ? <EstimateFigures data={data} /> : !estimate.isError && <p className="panel-body ink-3">—</p>}
      {data && <ConfirmDialog open={confirming} onClose={() => setConfirming(false)} campaign={campaign} estimate={data} renewal={estimate} onChanged={run} />}
    </Panel>
  );
}

function EstimateFigures({ data }: { data: Estimate }) {
  const { t } = useText();
  const treated = data.count - data.control;
  return (
    <>
      <div className="people">
        <Figure label={t('campaign.chosen')} value={<span data-testid="estimate-count">{decimal(data.count, 0)}</span>} sub={t('unit.household')} />
        <Figure label={t('campaign.controlGroup')} value={decimal(data.control, 0)} sub={t('effect.ofChosen', { p: share(data.control, data.count, 1) })} />
        <Figure label={t('campaign.reachable')} value={<span data-testid="estimate-reachable">{decimal(data.reachable, 0)}</span>} sub={t('effect.ofTreated', { p: share(data.reachable, treated, 1) })} />
        <Figure label={t('campaign.followed')} value={<span data-testid="estimate-followed">{decimal(data.followed, 0)}</span>} sub={t('campaign.ofCovered', { p: share(data.followed, data.covered, 1), n: decimal(data.covered, 0) })} />
      </div>
      <RefusalBand refusals={data.refusals} />
      <RefusalBand refusals={data.work_refusals} title={t('campaign.workRefusals')} state="work_refused" />
    </>
  );
}

type Renewal = { isPending: boolean; error: Error | null };
type ConfirmProps = { open: boolean; onClose: () => void; campaign: Campaign; estimate: Estimate; renewal: Renewal; onChanged: () => void };

function ConfirmDialog({ open, onClose, campaign, estimate, renewal, onChanged }: ConfirmProps) {
  const { t } = useText();
  const report = useReport();
  const step = useCampaignStep(campaign);
  const [changed, setChanged] = useState<string | null>(null);
  const close = () => {
    setChanged(null);
    onClose();
  };
  const failed = (error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 409) return report(error);
    const words = error.message || t('campaign.changed');
    setChanged(isStale(error) ? t('campaign.stale') : words);
    onChanged();
  };
  const confirm = useOnce(() => step.mutateAsync({ step: 'confirm', count: estimate.count, business_date: estimate.business_date }).then(close, failed));
  const hindrance = hindranceOf(estimate);
  return (
    <Modal
      open={open}
      title={t('campaign.confirmTitle')}
      okText={t('campaign.confirm')}
      okButtonProps={{ 'data-testid': 'confirm-ok', disabled: renewal.isPending || renewal.error !== null || hindrance !== null }}
      confirmLoading={step.isPending}
      onOk={confirm}
      onCancel={close}
      width={460}
    >
      {changed && <div className="alert attention" role="alert" data-testid="confirm-changed">{changed} {t(renewal.isPending ? 'campaign.renewing' : 'campaign.renewed')}</div>}
      <FailureLine error={renewal.error} />
      {hindrance && <p className="tone-attention">{t(hindrance)}</p>}
      <div className={`row gap-16 ${renewal.isPending ? 'fading' : ''}`} style={{ margin: '4px 0 12px' }}>
        <Figure label={t('campaign.confirmCount')} value={<span data-testid="confirm-count">{decimal(estimate.count, 0)}</span>} />
        <Figure label={t('campaign.confirmDate')} value={<span data-testid="confirm-date">{estimate.business_date}</span>} />
      </div>
      <p className="ink-2">{t('campaign.confirmText', { date: date(estimate.business_date), count: decimal(estimate.count, 0), control: decimal(estimate.control, 0) })}</p>
    </Modal>
  );
}
