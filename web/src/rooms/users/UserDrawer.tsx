import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Drawer, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { GivenPassword, Post, UserDetail } from '../../api';
import { useText } from '../../app/i18n';
import { useFormReport } from '../../kit/faults';
import { useReport, useSay } from '../../kit/feedback';
import { date, datetime } from '../../kit/format';
import { useIsPhone } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { Tag } from '../../kit/marks';
import { QueryState } from '../../kit/states';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { EndPostDialog, PostDialog } from './PostDialogs';

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
      extra={user.data && <Tag tone={user.data.active ? 'done' : 'plain'}>{t(user.data.active ? 'user.active' : 'user.inactive')}</Tag>}
      data-testid="user-drawer"
    >
      <QueryState query={user} rows={6}>{(data) => <User key={data.uid} user={data} onPassword={onPassword} />}</QueryState>
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
  const [adding, setAdding] = useState(false);
  const may = (act: UserDetail['permitted'][number]) => user.permitted.includes(act);
  const due = user.password_due ? t(`user.password.${user.password_due}`) : t('user.password.fine');
  return (
    <div className="stack gap-12">
      <p className="row wrap small ink-2">
        <span>{t('user.lastSignIn')} {datetime(user.last_sign_in)}</span>
        <span>{t('session.password')} {due}</span>
      </p>
      <section className="stack gap-8">
        <div className="row" style={{ justifyContent: 'space-between' }}>
          <h3 className="section-title">{t('user.posts')}</h3>
          {may('post') && <Button size="small" className="reach" icon={<Icon name="plus" size={13} />} onClick={() => setAdding(true)} data-testid="user-add-post">{t('user.addPost')}</Button>}
        </div>
        {user.posts.map((post) => <PostLine key={`${post.role} ${post.unit} ${post.valid_from}`} user={user} post={post} />)}
        {user.posts.length === 0 && <p className="ink-3">{t('user.noPosts')}</p>}
      </section>
      <div className="row wrap gap-8">
        {may('rename') && <RenameButton user={user} />}
        {may('password') && <PasswordButton user={user} onPassword={onPassword} />}
        {may('end') && <EndButton user={user} />}
        {may('return') && <ReturnButton user={user} />}
      </div>
      {adding && <PostDialog user={user} onClose={() => setAdding(false)} />}
    </div>
  );
}

function PostLine({ user, post }: { user: UserDetail; post: Post }) {
  const { t, label } = useText();
  const [ending, setEnding] = useState(false);
  const canEnd = user.permitted.includes('post') && post.state !== 'over';
  return (
    <div className="row" style={{ justifyContent: 'space-between' }} data-testid="user-post">
      <span className={post.state === 'over' ? 'ink-3' : ''}>
        <b>{label(post.labels)}</b> {post.unit_name}{' '}
        <span className="small ink-2 nowrap">{t(post.valid_to ? 'user.fromTo' : 'user.from', { from: date(post.valid_from), to: date(post.valid_to) })}</span>
      </span>
      <span className="row gap-8">
        {post.state !== 'holds' && <Tag>{t(`user.post.${post.state}`)}</Tag>}
        {canEnd && <Button size="small" className="reach" onClick={() => setEnding(true)} data-testid="user-end-post">{t('user.endPost')}</Button>}
      </span>
      {ending && <EndPostDialog user={user} post={post} onClose={() => setEnding(false)} />}
    </div>
  );
}

function useChange(user: UserDetail, said: string, report: (error: unknown) => void) {
  const changed = useUserChanged();
  const say = useSay();
  return useMutation({
    mutationFn: (body: { name?: string; active?: boolean; reason?: string }) => api.patch('/users/{uid}', { path: { uid: user.uid }, body }),
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
  const change = useChange(user, t('common.saved'), useFormReport(form));
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="user-rename">{t('user.rename')}</Button>
      <Modal open={open} title={t('user.rename')} okText={t('common.save')} onOk={() => form.submit()} onCancel={() => setOpen(false)} confirmLoading={change.isPending} width={380} destroyOnHidden>
        <Form form={form} layout="vertical" initialValues={{ name: user.name }} onFinish={(values) => change.mutate(values, { onSuccess: () => setOpen(false) })}>
          <Form.Item name="name" label={t('user.name')} rules={[{ required: true, whitespace: true, message: t('common.required') }]}>
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
  const change = useChange(user, t('user.ended', { name: user.name }), useFormReport(form));
  const end = ({ reason }: { reason: string }) => change.mutate({ active: false, reason }, { onSuccess: () => setOpen(false) });
  return (
    <>
      <Button danger onClick={() => setOpen(true)} data-testid="user-end">{t('user.end')}</Button>
      <Modal open={open} title={t('user.endTitle', { name: user.name })} okText={t('user.end')} okButtonProps={{ danger: true, 'data-testid': 'user-end-confirm' }} onOk={() => form.submit()} onCancel={() => setOpen(false)} confirmLoading={change.isPending} width={420} destroyOnHidden>
        <p className="ink-2" style={{ marginBottom: 12 }}>{t('user.endText')}</p>
        <Form form={form} layout="vertical" requiredMark={false} onFinish={end}>
          <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('common.required') }]}>
            <Input.TextArea rows={2} autoFocus data-testid="user-end-reason" />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}

function ReturnButton({ user }: { user: UserDetail }) {
  const { t } = useText();
  const change = useChange(user, t('user.returned', { name: user.name }), useReport());
  return <Button loading={change.isPending} onClick={() => change.mutate({ active: true })} data-testid="user-return">{t('user.return')}</Button>;
}

function PasswordButton({ user, onPassword }: { user: UserDetail; onPassword: (given: GivenPassword) => void }) {
  const { t } = useText();
  const { modal } = App.useApp();
  const changed = useUserChanged();
  const report = useReport();
  const reset = useMutation({
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
  return <Button loading={reset.isPending} onClick={ask} data-testid="user-reset">{t('user.reset')}</Button>;
}
