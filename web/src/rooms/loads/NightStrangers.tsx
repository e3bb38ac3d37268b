import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { api, ApiError } from '../../api/client';
import type { Night } from '../../api';
import { useCan } from '../../api/hooks';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { useReport, useSay } from '../../kit/feedback';
import { datetime, decimal } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { Panel } from '../../kit/Panel';
import { DayField } from './DayField';
import { dayIn } from './dayIn';
import { useSources } from './sources';

type Stranger = Night['strangers'][number];
type Values = { source: string; businessDate?: string | null };

const ABOUT_THE_DAY = new Set(['load.no_business_date', 'load.date_differs']);

/** The files in the folder that no source expects: what they are near to, and loading them as somebody says. */
export function StrangersPanel({ files }: { files: Stranger[] }) {
  const { t, label } = useText();
  const may = useCan('load.create');
  const [chosen, setChosen] = useState<Stranger | null>(null);
  const { data } = useSources();
  if (files.length === 0) return null;
  const sourceOf = (key: string) => data?.items.find((source) => source.key === key);
  const near = (file: Stranger) => {
    const source = sourceOf(file.near);
    return source ? t('night.near', { source: label(source.labels), expected: file.expected }) : t('night.nearNone');
  };
  const act = (file: Stranger) =>
    may && (
      <Button size="small" onClick={() => setChosen(file)} data-testid="stranger-load">
        {t('night.loadAs')}
      </Button>
    );
  const columns: Column<Stranger>[] = [
    { key: 'file', title: t('load.file'), render: (file) => <b>{file.file}</b> },
    { key: 'near', title: t('night.expectedName'), render: (file) => <span className="ink-2">{near(file)}</span> },
    { key: 'size', title: t('night.size'), align: 'right', tight: true, render: (file) => size(file, t('night.kb')) },
    { key: 'at', title: t('night.writtenAt'), tight: true, render: (file) => datetime(file.written_at) },
    ...(may ? [{ key: 'act', title: '', align: 'right' as const, tight: true, render: act }] : []),
  ];
  return (
    <Panel
      id="night-strangers"
      title={t('night.strangers')}
      meta={files.length}
      note={<span className="small">{t(may ? 'night.strangersText' : 'night.strangersTold')}</span>}
      flush
    >
      <DataTable
        columns={columns}
        rows={files}
        rowKey={(file) => file.file}
        testId="night-stranger"
        twoLine={(file) => ({ title: file.file, sub: near(file), end: act(file), endSub: size(file, t('night.kb')) })}
      />
      {chosen && <LoadDialog file={chosen} onClose={() => setChosen(null)} />}
    </Panel>
  );
}

const size = (file: Stranger, unit: string) => `${decimal(Math.max(1, Math.round(file.size / 1024)), 0)} ${unit}`;

/** Say whose file it is, and of which day where its name does not. */
function LoadDialog({ file, onClose }: { file: Stranger; onClose: () => void }) {
  const { t, label } = useText();
  const client = useQueryClient();
  const say = useSay();
  const report = useReport();
  const [form] = Form.useForm<Values>();
  const { data } = useSources();
  const load = useChange({
    mutationFn: ({ source, businessDate }: Values) =>
      api.post('/night/strangers', {
        body: { file: file.file, source, business_date: businessDate ?? null },
      }),
    onSuccess: () => {
      say(t('load.started'));
      void client.invalidateQueries({ queryKey: ['runs'] });
      void client.invalidateQueries({ queryKey: ['night'] });
      onClose();
    },
    onError: (error) =>
      error instanceof ApiError && ABOUT_THE_DAY.has(error.code)
        ? form.setFields([{ name: 'businessDate', errors: [error.message] }])
        : report(error),
  });
  const initial = { source: file.near || undefined, businessDate: dayIn(file.file) };
  return (
    <Modal
      open
      title={t('night.loadAsTitle', { file: file.file })}
      okText={t('load.start')}
      okButtonProps={{ 'data-testid': 'stranger-start' }}
      confirmLoading={load.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      width={460}
      centered
    >
      <Form<Values> form={form} layout="vertical" initialValues={initial} onFinish={(values) => load.mutate(values)}>
        <Form.Item name="source" label={t('load.source')} rules={[{ required: true, message: t('common.required') }]}>
          <Select
            placeholder={t('common.select')}
            options={data?.items.map((source) => ({ value: source.key, label: label(source.labels) }))}
            data-testid="stranger-source"
          />
        </Form.Item>
        <Form.Item name="businessDate" label={t('load.businessDate')} extra={t('night.dayHint')}>
          <DayField testId="stranger-date" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
