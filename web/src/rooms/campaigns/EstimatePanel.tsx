import { Button, Modal } from 'antd';
import { useState } from 'react';
import { ApiError } from '../../api/client';
import type { Campaign, Estimate } from '../../api/types';
import { useText } from '../../app/i18n';
import { Figure } from '../../kit/figures';
import { useReport } from '../../kit/feedback';
import { date, decimal, share } from '../../kit/format';
import { DayStamp } from '../../kit/marks';
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
  const data = estimate.data;
  const hindrance = data ? hindranceOf(data) : null;
  return (
    <Panel
      title={t('campaign.estimate')}
      side={data && <DayStamp date={data.business_date} />}
      foot={
        <>
          {hindrance ? <span className="tone-attention" role="status" data-testid="confirm-hindrance">{t(hindrance)}</span> : <span>{t('campaign.estimateText')}</span>}
          <span className="right row">
            <Button loading={estimate.isPending} onClick={() => estimate.mutate()} data-testid="estimate">{t('campaign.estimateRun')}</Button>
            <Button type="primary" disabled={!data || hindrance !== null || !campaign.permitted.includes('confirm')} onClick={() => setConfirming(true)} data-testid="confirm">{t('campaign.confirm')}</Button>
          </span>
        </>
      }
      flush
    >
      {estimate.isError && <ErrorState error={estimate.error} retry={() => estimate.mutate()} />}
      {data ? <EstimateFigures data={data} /> : !estimate.isError && <p className="panel-body ink-3">—</p>}
      {data && <ConfirmDialog open={confirming} onClose={() => setConfirming(false)} campaign={campaign} estimate={data} onChanged={() => estimate.mutate()} />}
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

type ConfirmProps = { open: boolean; onClose: () => void; campaign: Campaign; estimate: Estimate; onChanged: () => void };

function ConfirmDialog({ open, onClose, campaign, estimate, onChanged }: ConfirmProps) {
  const { t } = useText();
  const report = useReport();
  const step = useCampaignStep(campaign);
  const [changed, setChanged] = useState<string | null>(null);
  const confirm = () =>
    step.mutate(
      { step: 'confirm', count: estimate.count, business_date: estimate.business_date },
      {
        onSuccess: onClose,
        onError: (error) => {
          if (error instanceof ApiError && error.status === 409) {
            setChanged(error.message || t('campaign.changed'));
            onChanged();
          } else report(error);
        },
      },
    );
  return (
    <Modal
      open={open}
      title={t('campaign.confirmTitle')}
      okText={t('campaign.confirm')}
      okButtonProps={{ 'data-testid': 'confirm-ok' }}
      confirmLoading={step.isPending}
      onOk={confirm}
      onCancel={onClose}
      width={460}
    >
      {changed && <div className="alert attention" role="alert">{changed}</div>}
      <div className="row gap-16" style={{ margin: '4px 0 12px' }}>
        <Figure label={t('campaign.confirmCount')} value={<span data-testid="confirm-count">{decimal(estimate.count, 0)}</span>} />
        <Figure label={t('campaign.confirmDate')} value={<span data-testid="confirm-date">{estimate.business_date}</span>} />
      </div>
      <p className="ink-2">{t('campaign.confirmText', { date: date(estimate.business_date), count: decimal(estimate.count, 0), control: decimal(estimate.control, 0) })}</p>
    </Modal>
  );
}
