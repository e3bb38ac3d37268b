import { useQuery } from '@tanstack/react-query';
import { Form, Modal, Select } from 'antd';
import { api } from '../../api/client';
import type { Post, UserDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DayInput } from '../../kit/DayInput';
import { useFormReport } from '../../kit/faults';
import { useSay } from '../../kit/feedback';
import { date } from '../../kit/format';
import { useFocusBack } from '../../kit/hooks';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { changedPost } from './changedPost';
import { useUserChanged } from './UserDrawer';

export type PostValues = { role: string; unit: string; valid_from?: string | null; valid_to?: string | null };

/** The roles and units of which posts are made. */
export const useUserOptions = () =>
  useQuery({
    queryKey: ['user-options'],
    queryFn: ({ signal }) => api.get('/users/options', { signal }),
    staleTime: 60_000,
  });

/** Role, unit and days of a post. */
export function PostFields() {
  const { t, label } = useText();
  const options = useUserOptions();
  const required = [{ required: true, message: t('common.required') }];
  const roles = options.data?.roles.map((role) => ({ value: role.key, label: label(role.labels) }));
  const units = options.data?.units.map((unit) => ({ value: unit.code, label: `${unit.name}  ${unit.code}` }));
  return (
    <>
      <Form.Item name="role" label={t('user.role')} rules={required}>
        <Select options={roles} loading={options.isPending} placeholder={t('common.select')} data-testid="post-role" />
      </Form.Item>
      <Form.Item name="unit" label={t('user.unit')} rules={required}>
        <Select
          options={units}
          loading={options.isPending}
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('common.select')}
          data-testid="post-unit"
        />
      </Form.Item>
      <Form.Item name="valid_from" label={t('user.validFrom')} extra={t('user.validFromHint')}>
        <DayField />
      </Form.Item>
      <Form.Item name="valid_to" label={t('user.validTo')} extra={t('user.validToHint')}>
        <DayField />
      </Form.Item>
    </>
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

/** Say which post was given or ended, where and for which days, as the server has it now. */
function useSayPost(user: UserDetail) {
  const { t, label } = useText();
  const say = useSay();
  return (what: 'user.postAdded' | 'user.postEnded', answer: UserDetail, of: Pick<Post, 'role' | 'unit'>) => {
    const post = changedPost(user.posts, answer.posts, of);
    if (!post) return say(t('common.saved'));
    const days = { from: date(post.valid_from), to: date(post.valid_to) };
    const facts = {
      name: user.name,
      role: label(post.labels),
      unit: post.unit_name,
      term: t(post.valid_to ? 'user.fromTo' : 'user.from', days),
      to: days.to,
    };
    return say(t(what === 'user.postEnded' && post.state === 'cancelled' ? 'user.postCancelled' : what, facts));
  };
}

export function PostDialog({ user, onClose }: { user: UserDetail; onClose: () => void }) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<PostValues>();
  const changed = useUserChanged();
  const report = useFormReport(form);
  const say = useSayPost(user);
  const add = useChange({
    mutationFn: (values: PostValues) => api.post('/users/{uid}/posts', { path: { uid: user.uid }, body: values }),
    onSuccess: (answer, values) => {
      say('user.postAdded', answer, values);
      changed(answer);
      onClose();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t('user.addPostFor', { name: user.name })}
      okText={t('user.addPost')}
      okButtonProps={{ 'data-testid': 'post-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={add.isPending}
      width={420}
    >
      <Form form={form} layout="vertical" onFinish={(values) => add.mutate(values)}>
        <PostFields />
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

export function EndPostDialog({ user, post, onClose }: { user: UserDetail; post: Post; onClose: () => void }) {
  const { t, label } = useText();
  useFocusBack();
  const [form] = Form.useForm<{ valid_to: string }>();
  const changed = useUserChanged();
  const report = useFormReport(form);
  const say = useSayPost(user);
  const end = useChange({
    mutationFn: ({ valid_to }: { valid_to: string }) =>
      api.post('/users/{uid}/posts/end', {
        path: { uid: user.uid },
        body: { role: post.role, unit: post.unit, valid_from: post.valid_from, valid_to },
      }),
    onSuccess: (answer) => {
      say('user.postEnded', answer, post);
      changed(answer);
      onClose();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t('user.endPostOf', { role: label(post.labels), unit: post.unit_name })}
      okText={t('user.endPost')}
      okButtonProps={{ 'data-testid': 'end-post-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={end.isPending}
      width={420}
    >
      <Form form={form} layout="vertical" onFinish={(values) => end.mutate(values)}>
        <Form.Item
          name="valid_to"
          label={t('user.validTo')}
          extra={t('user.validToHint')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <DayField />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
