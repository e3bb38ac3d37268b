import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Drawer, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { GivenPassword, UserDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { useFormReport } from '../../kit/faults';
import { useReport, useSay } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { useIsPhone } from '../../kit/hooks';
import { QueryState } from '../../kit/states';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { Posts } from './Posts';
import { Rights } from './Rights';
import { SignInTag, useDueSaid } from './UserTable';

type Props = { uid: string | undefined; onClose: () => void; onPassword: (given: GivenPassword) => void };

/** One user: name, state, every post, and what may be done. */
export function UserDrawer({ uid, onClose, onPassword }: Props) {
  const { t } = useText();
  const phone = useIsPhone();
  const user = useQuery({
    queryKey: ['user', uid],
    queryFn: ({ signal }) => api.get('/users/{uid}', { path: { uid: uid ?? '' }, signal }),
    enabled: uid !== undefined,
  });
  return (
    <Drawer
      open={uid !== undefined}
      onClose={onClose}
      size={phone ? '100%' : 560}
      mask={phone}
      title={user.data ? `${user.data.name}  ${user.data.employee_no}` : t('user.title')}
      extra={user.data && <SignInTag user={user.data} />}
      data-testid="user-drawer"
    >
      <QueryState query={user} rows={6}>
        {(data) => <User key={data.uid} user={data} onPassword={onPassword} />}
      </QueryState>
    </Drawer>
  );
}

/** What every change of a user does with its answer. */
export function useUserChanged(): (changed: UserDetail) => void {
  const client = useQueryClient();
  return (changed) => {
    client.setQueryData(['user', changed.uid], changed);
    void client.invalidateQueries({ queryKey: ['users'] });
  };
}

function User({ user, onPassword }: { user: UserDetail; onPassword: (given: GivenPassword) => void }) {
  const { t } = useText();
  const may = (act: UserDetail['permitted'][number]) => user.permitted.includes(act);
  const due = useDueSaid()(user);
  return (
    <div className="stack gap-12">
      <p className="row wrap small ink-2">
        <span>
          {t('user.lastSignIn')} {datetime(user.last_sign_in)}
        </span>
        {due.map((one) => (
          <span key={one} className={user.locked_until ? 'tone-late' : 'tone-attention'}>
            {one}
          </span>
        ))}
      </p>
      <Posts user={user} />
      {user.explained && <Rights uid={user.uid} />}
      <div className="row wrap gap-8">
        {may('rename') && <RenameButton user={user} />}
        {may('password') && <PasswordButton user={user} onPassword={onPassword} />}
        {may('end') && <EndButton user={user} />}
        {may('return') && <ReturnButton user={user} />}
      </div>
    </div>
  );
}

function useUserChange(user: UserDetail, said: string, report: (error: unknown) => void) {
  const changed = useUserChanged();
  const say = useSay();
  return useChange({
    mutationFn: (body: { name?: string; active?: boolean; reason?: string }) =>
      api.patch('/users/{uid}', { path: { uid: user.uid }, body }),
    onSuccess: (answer) => {
      say(said);
      changed(answer);
    },
    onError: report,
  });
}

function RenameButton({ user }: { user: UserDetail }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ name: string }>();
  const change = useUserChange(user, t('common.saved'), useFormReport(form));
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="user-rename">
        {t('user.rename')}
      </Button>
      <Modal
        open={open}
        title={t('user.rename')}
        okText={t('common.save')}
        onOk={() => form.submit()}
        onCancel={() => setOpen(false)}
        confirmLoading={change.isPending}
        width={380}
        destroyOnHidden
      >
        <Form
          form={form}
          layout="vertical"
          initialValues={{ name: user.name }}
          onFinish={(values) => change.mutate(values, { onSuccess: () => setOpen(false) })}
        >
          <Form.Item
            name="name"
            label={t('user.name')}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input autoFocus maxLength={64} />
          </Form.Item>
          <SubmitOnEnter />
        </Form>
      </Modal>
    </>
  );
}

function EndButton({ user }: { user: UserDetail }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ reason: string }>();
  const change = useUserChange(user, t('user.ended', { name: user.name }), useFormReport(form));
  const end = ({ reason }: { reason: string }) =>
    change.mutate({ active: false, reason }, { onSuccess: () => setOpen(false) });
  return (
    <>
      <Button danger onClick={() => setOpen(true)} data-testid="user-end">
        {t('user.end')}
      </Button>
      <Modal
        open={open}
        title={t('user.endTitle', { name: user.name })}
        okText={t('user.end')}
        okButtonProps={{ danger: true, 'data-testid': 'user-end-confirm' }}
        onOk={() => form.submit()}
        onCancel={() => setOpen(false)}
        confirmLoading={change.isPending}
        width={420}
        destroyOnHidden
      >
        <p className="ink-2" style={{ marginBottom: 12 }}>
          {t('user.endText')}
        </p>
        {open && <LeftBehind uid={user.uid} />}
        <Form form={form} layout="vertical" requiredMark={false} onFinish={end}>
          <Form.Item
            name="reason"
            label={t('common.reason')}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input.TextArea rows={2} autoFocus data-testid="user-end-reason" />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}

/** What stays with somebody who ends: nothing of it moves by itself. */
function LeftBehind({ uid }: { uid: string }) {
  const { t } = useText();
  const left = useQuery({
    queryKey: ['users', 'left', uid],
    queryFn: ({ signal }) => api.get('/users/{uid}/left', { path: { uid }, signal }),
  });
  return (
    <QueryState query={left} rows={1}>
      {({ served, work }) =>
        (served || work) > 0 && (
          <Alert
            type="warning"
            showIcon
            style={{ marginBottom: 12 }}
            message={t('user.left', { served: decimal(served, 0), work: decimal(work, 0) })}
            data-testid="user-left"
          />
        )
      }
    </QueryState>
  );
}

function ReturnButton({ user }: { user: UserDetail }) {
  const { t } = useText();
  const change = useUserChange(user, t('user.returned', { name: user.name }), useReport());
  return (
    <Button loading={change.isPending} onClick={() => change.mutate({ active: true })} data-testid="user-return">
      {t('user.return')}
    </Button>
  );
}

function PasswordButton({ user, onPassword }: { user: UserDetail; onPassword: (given: GivenPassword) => void }) {
  const { t } = useText();
  const { modal } = App.useApp();
  const changed = useUserChanged();
  const report = useReport();
  const reset = useChange({
    mutationFn: () => api.post('/users/{uid}/password', { path: { uid: user.uid } }),
    onSuccess: (given) => {
      changed(given.user);
      onPassword(given);
    },
    onError: report,
  });
  const ask = () =>
    void modal.confirm({
      title: t('user.resetTitle', { name: user.name }),
      content: t('user.resetText'),
      okText: t('user.reset'),
      okButtonProps: { 'data-testid': 'user-reset-confirm' },
      onOk: () => reset.mutateAsync().catch(() => undefined),
    });
  return (
    <Button loading={reset.isPending} onClick={ask} data-testid="user-reset">
      {t('user.reset')}
    </Button>
  );
}
