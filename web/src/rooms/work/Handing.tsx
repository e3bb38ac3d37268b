import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { WorkDetail } from '../../api';
import { useText } from '../../app/i18n';
import { useChange } from '../../kit/change';
import { useReport, useSay } from '../../kit/feedback';
import { useDebounced, useFocusBack } from '../../kit/hooks';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';

type Dialog = 'delegate' | 'reassign' | 'pause';

/** What can be done with work beside finishing it; the server says which. */
export function Handing({ item, onGone }: { item: WorkDetail; onGone: () => void }) {
  const { t } = useText();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const act = useAct(item, onGone);
  const busy = (one: Act) => act.isPending && act.variables === one;
  const may = (act: WorkDetail['may'][number]) => item.may.includes(act);
  if (!item.may.some((act) => act !== 'complete' && act !== 'comment')) return null;
  return (
    <div className="row wrap">
      {may('claim') && <Button type="primary" ghost size="small" loading={busy('claim')} onClick={() => act.mutate('claim')} data-testid="work-claim">{t('work.claim')}</Button>}
      {may('release') && <Button size="small" loading={busy('release')} onClick={() => act.mutate('release')} data-testid="work-release">{t('work.release')}</Button>}
      {may('delegate') && <Button size="small" onClick={() => setDialog('delegate')} data-testid="work-delegate">{t('work.delegate')}</Button>}
      {may('reassign') && <Button size="small" onClick={() => setDialog('reassign')} data-testid="work-reassign">{t('work.reassign')}</Button>}
      {may('pause') && <Button size="small" onClick={() => setDialog('pause')} data-testid="work-pause">{t('work.pause')}</Button>}
      {may('resume') && <Button size="small" loading={busy('resume')} onClick={() => act.mutate('resume')} data-testid="work-resume">{t('work.resume')}</Button>}
      {(dialog === 'delegate' || dialog === 'reassign') && <HandDialog item={item} act={dialog} onClose={() => setDialog(null)} onGone={onGone} />}
      {dialog === 'pause' && <PauseDialog item={item} onClose={() => setDialog(null)} />}
    </div>
  );
}

type Act = 'claim' | 'release' | 'resume';

/** One act on a piece of work at a time: they take each other's place. The lists that show it are read anew. */
function useAct(item: WorkDetail, onGone: () => void) {
  const { t } = useText();
  const changed = useWorkChanged(item.uid);
  const report = useReport();
  const say = useSay();
  return useChange({
    mutationFn: async (act: Act): Promise<unknown> => api.post(`/work/{uid}/${act}`, { path: { uid: item.uid } }),
    onSuccess: (_answer, act) => {
      say(t(`work.said.${act}`));
      if (act === 'release') onGone();
      changed();
    },
    onError: (error) => {
      report(error);
      changed();
    },
  });
}

function useWorkChanged(uid: string) {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ['work'] });
    void client.invalidateQueries({ queryKey: ['work-item', uid] });
    void client.invalidateQueries({ queryKey: ['page'] });
  };
}

type HandValues = { to: string; reason?: string };
type HandProps = { item: WorkDetail; act: 'delegate' | 'reassign'; onClose: () => void; onGone: () => void };

function HandDialog({ item, act, onClose, onGone }: HandProps) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<HandValues>();
  const changed = useWorkChanged(item.uid);
  const report = useReport();
  const say = useSay();
  const hand = useChange({
    mutationFn: async (body: HandValues) => {
      if (act === 'delegate') await api.post('/work/{uid}/delegate', { path: { uid: item.uid }, body });
      else await api.post('/work/{uid}/reassign', { path: { uid: item.uid }, body });
    },
    onSuccess: (_answer, { to }) => {
      say(t('work.handed', { name: to }));
      onClose();
      if (act === 'reassign') onGone();
      changed();
    },
    onError: report,
  });
  return (
    <Modal open title={t(`work.${act}`)} okText={t(`work.${act}`)} okButtonProps={{ 'data-testid': 'hand-confirm' }} onOk={() => form.submit()} onCancel={onClose} confirmLoading={hand.isPending} width={420}>
      <Form form={form} layout="vertical" onFinish={(values) => hand.mutate(values)}>
        <Form.Item name="to" label={t('work.to')} extra={act === 'delegate' ? t('work.delegateHint') : undefined} rules={[{ required: true, message: t('common.required') }]}><ColleagueSelect /></Form.Item>
        {act === 'reassign' && <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('common.required') }]}><Input data-testid="hand-reason" /></Form.Item>}
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

/** A colleague by name or number. Form.Item gives it its value. */
export function ColleagueSelect({ value, onChange, id, placeholder }: { value?: string; onChange?: (value: string) => void; id?: string; placeholder?: string }) {
  const { t } = useText();
  const [text, setText] = useState('');
  const q = useDebounced(text, 250);
  const found = useQuery({ queryKey: ['colleagues', q], queryFn: ({ signal }) => api.get('/work/colleagues', { query: { q }, signal }), staleTime: 60_000 });
  return (
    <Select
      id={id}
      value={value}
      onChange={(next: string) => onChange?.(next)}
      allowClear
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={found.isPending}
      placeholder={placeholder ?? t('work.toPlaceholder')}
      options={found.data?.items.map((person) => ({ value: person.uid, label: `${person.name}  ${person.uid}` }))}
      data-testid="colleague"
    />
  );
}

function PauseDialog({ item, onClose }: { item: WorkDetail; onClose: () => void }) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<{ reason: string }>();
  const changed = useWorkChanged(item.uid);
  const report = useReport();
  const pause = useChange({
    mutationFn: (body: { reason: string }) => api.post('/work/{uid}/pause', { path: { uid: item.uid }, body }),
    onSuccess: () => {
      onClose();
      changed();
    },
    onError: report,
  });
  return (
    <Modal open title={t('work.pause')} okText={t('work.pause')} okButtonProps={{ 'data-testid': 'pause-confirm' }} onOk={() => form.submit()} onCancel={onClose} confirmLoading={pause.isPending} width={420}>
      <Form form={form} layout="vertical" onFinish={(values) => pause.mutate(values)}>
        <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('common.required') }]}><Input data-testid="pause-reason" /></Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
