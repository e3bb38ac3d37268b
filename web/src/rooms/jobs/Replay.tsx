import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { Subscriber } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { instantOf, now, wallOf } from '../../kit/clock';
import { DayInput } from '../../kit/DayInput';
import { useFormReport } from '../../kit/faults';
import { FailureLine, useSay } from '../../kit/feedback';
import { decimal } from '../../kit/format';
import { useDebounced, useFocusBack } from '../../kit/hooks';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';

const HOUR_MS = 3_600_000;

/** A subscriber told again of what happened since an instant: how many events that is stands there before it is confirmed. */
export function ReplayDialog({ subscriber, onClose }: { subscriber: Subscriber; onClose: () => void }) {
  const { t, label } = useText();
  useFocusBack();
  const [wall, setWall] = useState(() => (wallOf(now() - HOUR_MS) ?? '').slice(0, 16));
  const [form] = Form.useForm<{ because: string }>();
  const client = useQueryClient();
  const report = useFormReport(form);
  const say = useSay();
  const settled = useDebounced(wall, 300);
  const since = settled ? instantOf(`${settled}:00`) : '';
  const key = subscriber.key;
  const found = useQuery({
    queryKey: ['jobs', 'since', key, since],
    queryFn: ({ signal }) => api.get('/jobs/subscribers/{key}/since', { path: { key }, query: { at: since }, signal }),
    enabled: since !== '',
  });
  const replay = useChange({
    mutationFn: ({ because }: { because: string }) =>
      api.post('/jobs/subscribers/{key}/replay', {
        path: { key },
        body: { since, events: found.data?.events ?? 0, because },
      }),
    onSuccess: ({ events }) => {
      say(t('job.replayed', { n: decimal(events, 0) }));
      onClose();
    },
    onError: report,
    onSettled: () => void client.invalidateQueries({ queryKey: ['jobs'] }),
  });
  const events = wall === settled ? (found.data?.events ?? 0) : 0;
  const n = decimal(events, 0);
  const allowed = events > 0 && events <= (found.data?.most ?? 0);
  return (
    <Modal
      open
      title={t('job.replayTitle', { name: label(subscriber.labels) })}
      okText={t('job.replayOk', { n })}
      okButtonProps={{ danger: true, type: 'default', disabled: !allowed, 'data-testid': 'job-replay-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={replay.isPending}
      width={460}
    >
      <Form form={form} layout="vertical" onFinish={(values) => allowed && replay.mutate(values)}>
        <Form.Item
          label={t('job.replaySince')}
          htmlFor="job-since"
          extra={
            found.data &&
            (found.data.events > 0
              ? t('job.replayCount', { n: decimal(found.data.events, 0), most: decimal(found.data.most, 0) })
              : t('job.replayNone'))
          }
        >
          <DayInput
            id="job-since"
            withTime
            value={wall}
            onChange={(at) => setWall(at ?? '')}
            allowClear={false}
            style={{ width: '100%' }}
            data-testid="job-since"
          />
        </Form.Item>
        {found.isError && <FailureLine error={found.error} />}
        <Form.Item
          name="because"
          label={t('job.because')}
          extra={t('job.becauseHint')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={200} data-testid="job-because" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
