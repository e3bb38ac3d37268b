import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState, type CSSProperties } from 'react';
import { api } from '../../api/client';
import { useCurrentUser } from '../../api/hooks';
import type { WorkDetail, WorkItem } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { useSay } from '../../kit/feedback';
import { useDebounced, useFocusBack } from '../../kit/hooks';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { isOvertaken, useWorkChanged, type WorkReport } from './changed';

type Dialog = 'delegate' | 'reassign' | 'pause';

/** What can be done with work beside finishing it; the server says which. */
export function Handing({ item, report, onGone }: { item: WorkDetail; report: WorkReport; onGone: () => void }) {
  const { t } = useText();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const lent = useCurrentUser().employee_no === item.delegated_by?.uid;
  const act = useAct(item, lent, report, onGone);
  const busy = (one: Act) => act.isPending && act.variables === one;
  const leaving = (error: unknown) => {
    report(error);
    if (isOvertaken(error)) setDialog(null);
  };
  const may = (act: WorkDetail['may'][number]) => item.may.includes(act);
  if (!item.may.some((act) => act !== 'complete' && act !== 'comment')) return null;
  return (
    <div className="row wrap">
      {may('claim') && (
        <Button
          type="primary"
          ghost
          size="small"
          loading={busy('claim')}
          onClick={() => act.mutate('claim')}
          data-testid="work-claim"
        >
          {t('work.claim')}
        </Button>
      )}
      {may('release') && (
        <Button size="small" loading={busy('release')} onClick={() => act.mutate('release')} data-testid="work-release">
          {t(lent ? 'work.takeBack' : 'work.release')}
        </Button>
      )}
      {may('delegate') && (
        <Button size="small" onClick={() => setDialog('delegate')} data-testid="work-delegate">
          {t('work.delegate')}
        </Button>
      )}
      {may('reassign') && (
        <Button size="small" onClick={() => setDialog('reassign')} data-testid="work-reassign">
          {t('work.reassign')}
        </Button>
      )}
      {may('pause') && (
        <Button size="small" onClick={() => setDialog('pause')} data-testid="work-pause">
          {t('work.pause')}
        </Button>
      )}
      {may('resume') && (
        <Button size="small" loading={busy('resume')} onClick={() => act.mutate('resume')} data-testid="work-resume">
          {t('work.resume')}
        </Button>
      )}
      {(dialog === 'delegate' || dialog === 'reassign') && (
        <HandDialog item={item} act={dialog} report={leaving} onClose={() => setDialog(null)} onGone={onGone} />
      )}
      {dialog === 'pause' && <PauseDialog item={item} report={leaving} onClose={() => setDialog(null)} />}
    </div>
  );
}

type Act = 'claim' | 'release' | 'resume';

/** One act on a piece of work at a time: they take each other's place. What one `lent` is put back to oneself. */
function useAct(item: WorkDetail, lent: boolean, report: WorkReport, onGone: () => void) {
  const { t } = useText();
  const changed = useWorkChanged(item.uid);
  const say = useSay();
  return useChange({
    mutationFn: async (act: Act): Promise<unknown> => api.post(`/work/{uid}/${act}`, { path: { uid: item.uid } }),
    onSuccess: (_answer, act) => {
      say(t(act === 'release' && lent ? 'work.said.takeBack' : `work.said.${act}`));
      if (act === 'release' && !lent) onGone();
      changed();
    },
    onError: report,
  });
}

type HandValues = { to: string; reason?: string };
type HandProps = {
  item: WorkDetail;
  act: 'delegate' | 'reassign';
  report: WorkReport;
  onClose: () => void;
  onGone: () => void;
};

function HandDialog({ item, act, report, onClose, onGone }: HandProps) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<HandValues>();
  const changed = useWorkChanged(item.uid);
  const say = useSay();
  const hand = useChange({
    mutationFn: async (body: HandValues): Promise<WorkItem> =>
      api.post(`/work/{uid}/${act}`, {
        path: { uid: item.uid },
        body: act === 'reassign' ? { ...body, revision: item.revision } : body,
      }),
    onSuccess: (handed, { to }) => {
      say(t('work.handed', { name: handed.assignee?.name ?? to }));
      onClose();
      if (act === 'reassign') onGone();
      changed();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t(`work.${act}`)}
      okText={t(`work.${act}`)}
      okButtonProps={{ 'data-testid': 'hand-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={hand.isPending}
      width={420}
    >
      <Form form={form} layout="vertical" onFinish={(values) => hand.mutate(values)}>
        <Form.Item
          name="to"
          label={t('work.to')}
          extra={
            <>
              {act === 'delegate' && <div>{t('work.delegateHint')}</div>}
              {item.about && <div>{t('work.sharedHint')}</div>}
            </>
          }
          rules={[{ required: true, message: t('common.required') }]}
        >
          <ColleagueSelect />
        </Form.Item>
        {act === 'reassign' && (
          <Form.Item
            name="reason"
            label={t('common.reason')}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input data-testid="hand-reason" />
          </Form.Item>
        )}
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

type ColleagueProps = {
  value?: string;
  onChange?: (value: string | undefined) => void;
  id?: string;
  placeholder?: string;
  style?: CSSProperties;
  testId?: string;
};

const useColleagues = (q: string, enabled = true) =>
  useQuery({
    queryKey: ['colleagues', q],
    queryFn: ({ signal }) => api.get('/work/colleagues', { query: { q }, signal }),
    staleTime: 60_000,
    enabled,
  });

/** A colleague by name or number. Form.Item gives it its value; one that comes with the address is looked up. */
export function ColleagueSelect({ value, onChange, id, placeholder, style, testId = 'colleague' }: ColleagueProps) {
  const { t } = useText();
  const [text, setText] = useState('');
  const q = useDebounced(text, 250);
  const found = useColleagues(q);
  const people = found.data?.items ?? [];
  const missing = value !== undefined && found.isSuccess && !people.some((person) => person.uid === value);
  const chosen = useColleagues(value ?? '', missing).data?.items.filter((person) => person.uid === value) ?? [];
  return (
    <Select
      id={id}
      value={value}
      onChange={(next: string | undefined) => onChange?.(next)}
      allowClear
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={found.isPending}
      placeholder={placeholder ?? t('work.toPlaceholder')}
      aria-label={placeholder}
      options={(missing ? [...chosen, ...people] : people).map((person) => ({
        value: person.uid,
        label: `${person.name}  ${person.uid}`,
      }))}
      style={style}
      data-testid={testId}
    />
  );
}

function PauseDialog({ item, report, onClose }: { item: WorkDetail; report: WorkReport; onClose: () => void }) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<{ reason: string }>();
  const changed = useWorkChanged(item.uid);
  const pause = useChange({
    mutationFn: (body: { reason: string }) => api.post('/work/{uid}/pause', { path: { uid: item.uid }, body }),
    onSuccess: () => {
      onClose();
      changed();
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t('work.pause')}
      okText={t('work.pause')}
      okButtonProps={{ 'data-testid': 'pause-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={pause.isPending}
      width={420}
    >
      <Form form={form} layout="vertical" onFinish={(values) => pause.mutate(values)}>
        <Form.Item
          name="reason"
          label={t('common.reason')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input data-testid="pause-reason" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
