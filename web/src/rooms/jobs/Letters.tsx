import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import { useCan } from '../../api/hooks';
import type { Letters } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { useFormReport } from '../../kit/faults';
import { useReport, useSay } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { useFocusBack, useIsPhone } from '../../kit/hooks';
import { Tag } from '../../kit/marks';
import { Panel } from '../../kit/Panel';
import { Empty } from '../../kit/states';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';

const keyOf = (row: Letters) => `${row.source} ${row.key} ${row.reason}`;
const chosen = ({ source, key, reason, up_to }: Letters) => ({ source, key, reason, up_to });

/** What failed, together by whose and why: tried again, or given up by a person who says why. */
export function LettersPanel({ letters }: { letters: Letters[] }) {
  const { t, label } = useText();
  const [passing, setPassing] = useState<Letters | null>(null);
  const of = (row: Letters) => (row.source === 'timer' ? `${label(row.labels)} ${row.key}` : label(row.labels));
  const state = (row: Letters) => {
    if (row.reason === '') return <span className="ink-3">{t('job.behind')}</span>;
    return row.dead > 0 ? (
      <Tag tone="late">{t('job.isDead', { n: decimal(row.dead, 0) })}</Tag>
    ) : (
      <Tag tone="attention">{t('job.isHeld', { time: datetime(row.next_at) })}</Tag>
    );
  };
  const columns: Column<Letters>[] = [
    {
      key: 'reason',
      title: t('job.reason'),
      render: (row) => (
        <div className="job-reason">
          <b>{row.reason || t('job.behind')}</b>
          <div className="small ink-3">
            {t('job.example')} {row.example}
          </div>
        </div>
      ),
    },
    { key: 'of', title: t('job.of'), render: of },
    { key: 'count', title: t('job.count'), align: 'right', render: (row) => decimal(row.count, 0) },
    { key: 'attempts', title: t('job.attempts'), align: 'right', render: (row) => row.attempts },
    { key: 'state', title: t('job.state'), tight: true, render: (row) => (row.reason ? state(row) : null) },
    { key: 'acts', title: '', align: 'right', tight: true, render: (row) => <Acts row={row} onPass={setPassing} /> },
  ];
  return (
    <Panel title={t('job.letters')} meta={t('job.lettersMeta')} flush id="job-letters">
      {letters.length === 0 ? (
        <Empty title={t('job.noLetters')} text={t('job.noLettersText')} />
      ) : (
        <DataTable
          columns={columns}
          rows={letters}
          rowKey={keyOf}
          testId="job-letters-row"
          roomy
          rowClass={(row) => (row.dead > 0 ? 'late-row' : '')}
          twoLine={(row) => ({
            title: row.reason || t('job.behind'),
            sub: (
              <span>
                {of(row)} · {decimal(row.count, 0)} {t('job.unit')}
                <br />
                {row.example}
              </span>
            ),
            end: row.reason ? state(row) : undefined,
            endSub: <Acts row={row} onPass={setPassing} />,
          })}
        />
      )}
      {passing && <PassOverDialog letters={passing} name={of(passing)} onClose={() => setPassing(null)} />}
    </Panel>
  );
}

function Acts({ row, onPass }: { row: Letters; onPass: (row: Letters) => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const mayRetry = useCan('job.retry');
  const phone = useIsPhone();
  const mayPass = useCan('job.pass_over') && !phone; // what cannot be undone is not done on the way
  const retry = useChange({
    mutationFn: () => api.post('/jobs/letters/retry', { body: chosen(row) }),
    onSuccess: ({ count }) => say(t('job.retried', { n: decimal(count, 0) })),
    onError: report,
    onSettled: () => void client.invalidateQueries({ queryKey: ['jobs'] }),
  });
  if (row.reason === '') return null;
  return (
    <span className="row gap-4">
      {mayRetry && (
        <Button size="small" loading={retry.isPending} onClick={() => retry.mutate()} data-testid="job-retry">
          {t('job.retry')}
        </Button>
      )}
      {mayPass && (
        <Button size="small" danger onClick={() => onPass(row)} data-testid="job-pass-over">
          {t('job.passOver')}
        </Button>
      )}
    </span>
  );
}

function PassOverDialog({ letters, name, onClose }: { letters: Letters; name: string; onClose: () => void }) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<{ because: string }>();
  const client = useQueryClient();
  const report = useFormReport(form);
  const say = useSay();
  const pass = useChange({
    mutationFn: ({ because }: { because: string }) =>
      api.post('/jobs/letters/pass-over', { body: { letters: chosen(letters), because } }),
    onSuccess: ({ count }) => {
      say(t('job.passedOver', { n: decimal(count, 0) }));
      onClose();
    },
    onError: report,
    onSettled: () => void client.invalidateQueries({ queryKey: ['jobs'] }),
  });
  const n = decimal(letters.count, 0);
  return (
    <Modal
      open
      title={t('job.passOverTitle', { n })}
      okText={t('job.passOverOk', { n })}
      okButtonProps={{ danger: true, type: 'default', 'data-testid': 'job-pass-over-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={pass.isPending}
      width={460}
    >
      <p className="small ink-2" style={{ marginBottom: 8 }}>
        {t('job.passOverText', { name, n })}
      </p>
      <p className="tone-late small" style={{ marginBottom: 8 }}>
        {letters.reason}
      </p>
      <Form form={form} layout="vertical" onFinish={(values) => pass.mutate(values)}>
        <Form.Item
          name="because"
          label={t('job.because')}
          extra={t('job.becauseHint')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input autoFocus maxLength={200} data-testid="job-because" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
