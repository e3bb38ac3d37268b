import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Modal, Select } from 'antd';
import { api } from '../../api/client';
import type { WorkPage } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DayInput } from '../../kit/DayInput';
import { useFormReport } from '../../kit/faults';
import { useSay } from '../../kit/feedback';
import { useFocusBack } from '../../kit/hooks';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { ColleagueSelect } from './Handing';

type Values = { kind?: string; subject: string; script?: string; assignee?: string; due_at?: string | null };
type Props = {
  kinds: WorkPage['kinds'];
  about?: { object: string; uid: string; display: string };
  onClose: () => void;
};

/** The end of business of a day in Shanghai. */
const closeOf = (day: string) => `${day}T17:00:00+08:00`;

/** A piece of work for a colleague, or for oneself, about a record or none. */
export function NewTaskDialog({ kinds, about, onClose }: Props) {
  const { t, label } = useText();
  useFocusBack();
  const [form] = Form.useForm<Values>();
  const client = useQueryClient();
  const report = useFormReport(form);
  const say = useSay();
  const give = useChange({
    mutationFn: ({ due_at, kind, ...values }: Values) =>
      api.post('/work', {
        body: {
          kind: kind ?? kinds[0]?.key ?? '',
          ...values,
          about: about ? { object: about.object, uid: about.uid } : null,
          due_at: due_at ? closeOf(due_at) : null,
        },
      }),
    onSuccess: () => {
      say(t('work.given'));
      void client.invalidateQueries({ queryKey: ['work'] });
      void client.invalidateQueries({ queryKey: ['page'] });
      onClose();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={about ? t('work.newFor', { name: about.display }) : t('work.new')}
      okText={t('common.create')}
      okButtonProps={{ 'data-testid': 'task-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={give.isPending}
      width={480}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ kind: kinds[0]?.key }}
        onFinish={(values) => give.mutate(values)}
      >
        <Form.Item name="kind" label={t('work.kind')} hidden={kinds.length < 2}>
          <Select options={kinds.map((kind) => ({ value: kind.key, label: label(kind.labels) }))} />
        </Form.Item>
        <Form.Item
          name="subject"
          label={t('work.what')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={200} data-testid="task-subject" />
        </Form.Item>
        <Form.Item name="assignee" label={t('work.to')}>
          <ColleagueSelect placeholder={t('work.myself')} />
        </Form.Item>
        <Form.Item name="due_at" label={t('work.dueDay')}>
          <DayField />
        </Form.Item>
        <Form.Item name="script" label={t('work.script')}>
          <Input.TextArea rows={3} maxLength={4000} data-testid="task-script" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

/** Form.Item gives it its value. */
function DayField({
  value,
  onChange,
  id,
}: {
  value?: string | null;
  onChange?: (value: string | null) => void;
  id?: string;
}) {
  return <DayInput id={id} value={value} onChange={(day) => onChange?.(day)} style={{ width: '100%' }} />;
}
