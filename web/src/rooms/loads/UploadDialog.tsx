import { useQueryClient } from '@tanstack/react-query';
import { Form, Modal, Select, Upload } from 'antd';
import { useState } from 'react';
import { api, ApiError } from '../../api/client';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { useReport, useSay } from '../../kit/feedback';
import { Icon } from '../../kit/Icon';
import type { Chosen } from './chosen';
import { DayField } from './DayField';
import { dayIn } from './dayIn';
import { FilePreview, usePreview } from './FilePreview';
import { TemplateButtons } from './SourceDrawer';
import { useSources } from './sources';

type Values = { source: string; businessDate?: string | null };
type Props = { open: boolean; onClose: () => void; onDone: () => void };

const ABOUT_THE_DAY = new Set(['load.no_business_date', 'load.date_differs']);

/** Send a file by hand; its loading goes on in the background and shows among the runs. */
export function UploadDialog({ open, onClose, onDone }: Props) {
  const { t, label } = useText();
  const [file, setFile] = useState<File | null>(null);
  const [choice, setChoice] = useState<Chosen>({});
  const [remember, setRemember] = useState(false);
  const [form] = Form.useForm<Values>();
  const { data } = useSources();
  const chosen = Form.useWatch('source', form);
  const example = data?.items.find((source) => source.key === chosen)?.example;
  const required = [{ required: true, message: t('common.required') }];
  const preview = usePreview(open ? chosen : undefined, file, choice);
  const refused = preview.isFetching || (preview.data?.faults.length ?? 0) > 0;
  const forget = () => {
    setChoice({});
    setRemember(false);
  };
  const leave = () => {
    setFile(null);
    forget();
    form.resetFields();
    onClose();
  };
  const send = useSend(
    file,
    choice,
    remember,
    () => {
      leave();
      onDone();
    },
    (message) => form.setFields([{ name: 'businessDate', errors: [message] }]),
  );
  const take = (given: File) => {
    setFile(given);
    forget();
    form.setFieldValue('businessDate', dayIn(given.name));
    return false;
  };
  return (
    <Modal
      open={open}
      title={t('load.uploadTitle')}
      okText={t('load.start')}
      okButtonProps={{ disabled: !file || refused, 'data-testid': 'upload-start' }}
      confirmLoading={send.isPending}
      onOk={() => form.submit()}
      onCancel={leave}
      width={preview.data ? 880 : 460}
      className="upload-dialog"
      centered
    >
      <Form<Values> form={form} layout="vertical" onFinish={(values) => send.mutate(values)}>
        <Form.Item name="source" label={t('load.source')} rules={required}>
          <Select
            placeholder={t('common.select')}
            options={data?.items.map((source) => ({ value: source.key, label: label(source.labels) }))}
            onChange={forget}
            data-testid="upload-source"
          />
        </Form.Item>
        {chosen && (
          <Form.Item>
            <TemplateButtons source={chosen} />
          </Form.Item>
        )}
        <Form.Item label={t('load.file')} required>
          <Upload.Dragger
            maxCount={1}
            fileList={file ? [{ uid: '1', name: file.name }] : []}
            beforeUpload={take}
            onRemove={() => {
              setFile(null);
              forget();
            }}
            data-testid="upload-file"
          >
            <Icon name="upload" size={20} />
            <p className="ink-2">{t('load.fileHint')}</p>
          </Upload.Dragger>
        </Form.Item>
        <Form.Item
          name="businessDate"
          label={t('load.businessDate')}
          extra={example && t('load.dateHint', { example })}
        >
          <DayField testId="upload-date" />
        </Form.Item>
      </Form>
      {chosen && file && (
        <FilePreview
          query={preview}
          chosen={choice}
          onChoose={setChoice}
          remember={remember}
          onRemember={setRemember}
        />
      )}
    </Modal>
  );
}

function useSend(
  file: File | null,
  choice: Chosen,
  remember: boolean,
  onSent: () => void,
  onBadDay: (message: string) => void,
) {
  const { t } = useText();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  return useChange({
    mutationFn: ({ source, businessDate }: Values) => {
      return api.post('/loads', {
        form: {
          source,
          business_date: businessDate,
          file: file ?? '',
          columns: Object.keys(choice).length > 0 ? JSON.stringify(choice) : '',
          remember,
        },
      });
    },
    onSuccess: () => {
      say(t('load.started'));
      void client.invalidateQueries({ queryKey: ['runs'] });
      onSent();
    },
    onError: (error) =>
      error instanceof ApiError && ABOUT_THE_DAY.has(error.code) ? onBadDay(error.message) : report(error),
  });
}
