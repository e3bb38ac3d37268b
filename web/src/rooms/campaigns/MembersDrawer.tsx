import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Drawer, Form, Input, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client';
import type { Member, MemberPage } from '../../api';
import { useText } from '../../kit/i18n';
import { TouchTag, useWord } from '../../blocks/lists';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { formatOf, unitBeside } from '../../kit/fields/formats';
import { NoRight, Nothing } from '../../kit/figures';
import { useReport, useSay } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { Clip, LiveStamp } from '../../kit/marks';
import { Empty, ErrorState, Skeleton } from '../../kit/states';

export type MemberFilter = { state?: string; reason?: string; unit?: string };
type Props = { uid: string; shown: { title: string; filter: MemberFilter } | null; onClose: () => void };

/** A number that opens the list of the people behind it. */
export function PeopleNumber({
  uid,
  title,
  filter,
  className = '',
  testId,
  children,
}: {
  uid: string;
  title: string;
  filter: MemberFilter;
  className?: string;
  testId?: string;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={`plain people-number ${className}`}
        onClick={() => setOpen(true)}
        data-testid={testId}
      >
        {children}
      </button>
      <MembersDrawer uid={uid} shown={open ? { title, filter } : null} onClose={() => setOpen(false)} />
    </>
  );
}

/** The people behind a number. */
export function MembersDrawer({ uid, shown, onClose }: Props) {
  const { t } = useText();
  const filter = shown?.filter ?? {};
  const members = useInfiniteQuery({
    queryKey: ['campaign-members', uid, filter],
    queryFn: ({ pageParam, signal }) =>
      api.get('/campaigns/{uid}/members', { path: { uid }, query: { ...filter, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: shown !== null,
  });
  const items = members.data?.pages.flatMap((page) => page.items) ?? [];
  const count = members.data?.pages[0]?.count;
  return (
    <Drawer
      open={shown !== null}
      onClose={onClose}
      size={860}
      title={
        <>
          {shown?.title}{' '}
          {count !== undefined && (
            <span className="small ink-2" data-testid="members-count">
              {t('member.count', { n: decimal(count, 0) })}
            </span>
          )}
        </>
      }
      extra={<LiveStamp at={members.dataUpdatedAt} />}
      styles={{ body: { padding: 0 } }}
    >
      {members.isPending && <Skeleton rows={10} />}
      {members.isError && <ErrorState error={members.error} retry={() => void members.refetch()} />}
      {members.data &&
        (items.length > 0 ? (
          <MemberTable uid={uid} items={items} measured={members.data.pages[0]?.measured ?? null} />
        ) : (
          <Empty title={t('member.none')} />
        ))}
      {members.hasNextPage && (
        <div style={{ padding: 12, textAlign: 'center' }}>
          <Button
            loading={members.isFetchingNextPage}
            onClick={() => void members.fetchNextPage()}
            data-testid="members-more"
          >
            {t('common.loadMore')}
          </Button>
        </div>
      )}
    </Drawer>
  );
}

function MemberTable({ uid, items, measured }: { uid: string; items: Member[]; measured: MemberPage['measured'] }) {
  const { t, label, lang } = useText();
  const word = useWord();
  const [resending, setResending] = useState<Member | null>(null);
  const reason = (row: Member) => row.reasons.map((item) => label(item.labels)).join(t('common.and'));
  const columns: Column<Member>[] = [
    { key: 'party', title: t('member.title'), tight: true, render: (row) => <Person party={row.party} /> },
    { key: 'state', title: t('member.state'), tight: true, render: (row) => <TouchTag state={row.state} /> },
    { key: 'reason', title: t('member.reason'), render: (row) => reason(row) || <Nothing /> },
    {
      key: 'sent',
      title: t('member.sentAt'),
      tight: true,
      render: (row) => (row.sent_at ? datetime(row.sent_at) : <Nothing />),
    },
    {
      key: 'work',
      title: t('member.work'),
      tight: true,
      render: (row) => (row.work_state ? word('workState', row.work_state) : <Nothing />),
    },
    {
      key: 'converted',
      title: t('member.converted'),
      tight: true,
      render: (row) => (row.converted === null ? <Nothing /> : t(row.converted ? 'common.yes' : 'common.no')),
    },
  ];
  if (measured) {
    const unit = unitBeside(measured.format, measured.unit, lang);
    const { draw } = formatOf(measured.format);
    columns.push({
      key: 'much',
      title: `${label(measured.labels)} ${unit}`.trim(),
      align: 'right',
      render: ({ much: value }) =>
        (value !== null && draw?.({ value, number: Number(value), cell: true })) || (value ?? <Nothing />),
    });
  }
  const canResend = items.some((row) => row.resendable);
  if (canResend) {
    columns.push({
      key: 'resend',
      title: '',
      render: (row) =>
        row.resendable && (
          <Button size="small" onClick={() => setResending(row)} data-testid="resend">
            {t('member.resend')}
          </Button>
        ),
    });
  }
  return (
    <>
      <DataTable
        columns={columns}
        rows={items}
        rowKey={(row) => row.party?.uid ?? `hidden-${items.indexOf(row)}`}
        testId="member-row"
        twoLine={(row) => ({
          title: <Person party={row.party} />,
          sub: reason(row) || datetime(row.sent_at),
          end: row.resendable ? (
            <Button onClick={() => setResending(row)}>{t('member.resend')}</Button>
          ) : (
            <TouchTag state={row.state} />
          ),
        })}
      />
      <ResendDialog uid={uid} member={resending} onClose={() => setResending(null)} />
    </>
  );
}

/** A member by name; one that the viewer may not see is counted, not named. */
function Person({ party }: { party: Member['party'] }) {
  return party ? (
    <Link to={`/records/party/${party.uid}`}>
      <Clip>{party.display}</Clip>
    </Link>
  ) : (
    <NoRight />
  );
}

function ResendDialog({ uid, member, onClose }: { uid: string; member: Member | null; onClose: () => void }) {
  const { t, label, lang } = useText();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [form] = Form.useForm<{ reason: string }>();
  const resend = useChange({
    mutationFn: (reason: string) =>
      api.post('/campaigns/{uid}/members/{party}/resend', {
        path: { uid, party: member?.party?.uid ?? '' },
        body: { reason },
      }),
    onSuccess: (verdict) => {
      if (verdict.allowed) {
        say(t('member.resent'));
        onClose();
      }
      void client.invalidateQueries({ queryKey: ['campaign-members', uid] });
      void client.invalidateQueries({ queryKey: ['campaign-effect', uid] });
    },
    onError: report,
  });
  const refused = resend.data && !resend.data.allowed ? resend.data.reasons : null;
  const close = () => {
    resend.reset();
    onClose();
  };
  return (
    <Modal
      open={member !== null}
      title={t('member.resendTitle', { name: member?.party?.display ?? '' })}
      okText={t('member.resend')}
      okButtonProps={{ 'data-testid': 'resend-confirm' }}
      confirmLoading={resend.isPending}
      onOk={() => form.submit()}
      onCancel={close}
      width={420}
      destroyOnHidden
    >
      <p className="ink-2" style={{ marginBottom: 12 }}>
        {t(member?.state === 'failed' ? 'member.resendFailed' : 'member.resendText')}
        {lang === 'en' ? ' ' : ''}
        {t('member.resendGate')}
      </p>
      {refused && (
        <div className="alert attention" role="alert" data-testid="resend-refused" style={{ marginBottom: 12 }}>
          {t('member.resendRefused', { reasons: refused.map((reason) => label(reason.labels)).join(t('common.and')) })}
        </div>
      )}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => resend.mutate(values.reason)}>
        <Form.Item
          name="reason"
          label={t('common.reason')}
          rules={[{ required: true, min: 4, message: t('unmask.reasonHint') }]}
        >
          <Input.TextArea rows={2} autoFocus data-testid="resend-reason" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
