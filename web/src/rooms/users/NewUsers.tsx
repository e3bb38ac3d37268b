import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Upload } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { GivenPassword, UsersFile } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { useFormReport } from '../../kit/faults';
import { useReport } from '../../kit/feedback';
import { useFocusBack } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { passwordLines, refusedLines } from './savedLines';
import { PostFields, useUserOptions, type PostValues } from './PostDialogs';

type Values = PostValues & { employee_no: string; name: string };

export function NewUserDialog({ onClose, onMade }: { onClose: () => void; onMade: (given: GivenPassword) => void }) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<Values>();
  const client = useQueryClient();
  const report = useFormReport(form);
  const add = useChange({
    mutationFn: (body: Values) => api.post('/users', { body }),
    onSuccess: (given) => {
      void client.invalidateQueries({ queryKey: ['users'] });
      onClose();
      onMade(given);
    },
    onError: report,
  });
  const required = [{ required: true, whitespace: true, message: t('common.required') }];
  return (
    <Modal
      open
      title={t('user.new')}
      okText={t('user.add')}
      okButtonProps={{ 'data-testid': 'user-add-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={add.isPending}
      width={420}
    >
      <Form form={form} layout="vertical" onFinish={(values) => add.mutate(values)}>
        <Form.Item name="employee_no" label={t('user.employeeNo')} rules={required}>
          <Input autoFocus maxLength={32} data-testid="user-number" />
        </Form.Item>
        <Form.Item name="name" label={t('user.name')} rules={required}>
          <Input maxLength={64} data-testid="user-name" />
        </Form.Item>
        <PostFields />
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

/** A password is shown this once; whoever closes the window has passed it on. */
export function GivenPasswordDialog({ given, onClose }: { given: GivenPassword | null; onClose: () => void }) {
  const { t } = useText();
  return (
    <Modal
      open={given !== null}
      title={t('user.passwordOf', { name: given?.user.name ?? '', number: given?.user.employee_no ?? '' })}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('user.passedOn')}
        </Button>
      }
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={420}
    >
      <Input
        readOnly
        value={given?.password ?? ''}
        onFocus={(event) => event.target.select()}
        data-testid="given-password"
        style={{ fontFamily: 'monospace', fontSize: 16 }}
      />
      <p className="small ink-2" style={{ marginTop: 8 }}>
        {t('user.passwordOnce')}
      </p>
    </Modal>
  );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  useFocusBack();
  const [file, setFile] = useState<File | null>(null);
  const [made, setMade] = useState<UsersFile | null>(null);
  const client = useQueryClient();
  const report = useReport();
  const send = useChange({
    mutationFn: () => api.post('/users/import', { form: { file: file ?? '' } }),
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: ['users'] });
      setMade(answer);
    },
    onError: report,
  });
  if (made) return <Imported answer={made} onClose={onClose} />;
  return (
    <Modal
      open
      title={t('user.import')}
      okText={t('user.import')}
      okButtonProps={{ disabled: !file, 'data-testid': 'users-import-confirm' }}
      onOk={() => send.mutate()}
      onCancel={onClose}
      confirmLoading={send.isPending}
      width={460}
    >
      <Upload.Dragger
        maxCount={1}
        accept=".xlsx,.csv,.txt"
        fileList={file ? [{ uid: '1', name: file.name }] : []}
        beforeUpload={(given) => {
          setFile(given);
          return false;
        }}
        onRemove={() => setFile(null)}
        data-testid="users-file"
      >
        <Icon name="upload" size={20} />
        <p className="ink-2">{t('user.importHint')}</p>
      </Upload.Dragger>
      <ImportRules />
    </Modal>
  );
}

/** What a file must look like, and an empty one to fill in. */
function ImportRules() {
  const { t, label } = useText();
  const options = useUserOptions();
  const titles = t('user.importTitles');
  const roles = options.data?.roles.map((role) => label(role.labels)).join(t('common.and'));
  return (
    <div className="stack gap-4 small ink-2" style={{ marginTop: 12 }} data-testid="users-import-rules">
      <p>{t('user.importColumns', { titles: titles.replaceAll(',', t('common.and')) })}</p>
      {roles && <p>{t('user.importRoles', { roles })}</p>}
      <p>{t('user.importUnits')}</p>
      <div>
        <button
          type="button"
          className="plain link"
          onClick={() => saveCsv([titles], t('user.templateFile'))}
          data-testid="users-template"
        >
          {t('user.template')}
        </button>
      </div>
    </div>
  );
}

/** What became of the file: passwords to keep, and lines to mend. */
function Imported({ answer, onClose }: { answer: UsersFile; onClose: () => void }) {
  const { t } = useText();
  const passwords = answer.made.filter((one) => one.password);
  const [saved, setSaved] = useState(false);
  const unsaved = passwords.length > 0 && !saved;
  const keep = () => {
    saveCsv(passwordLines(passwords, t('user.passwordTitles')), t('user.passwordsFile'));
    setSaved(true);
  };
  const keepRefused = () => saveCsv(refusedLines(answer.refused, t('user.refusedTitles')), t('user.refusedFile'));
  const columns: Column<UsersFile['refused'][number]>[] = [
    { key: 'line', title: t('user.line'), tight: true, align: 'right', render: (row) => row.line },
    { key: 'text', title: t('user.lineText'), render: (row) => row.text },
    { key: 'message', title: t('common.reason'), render: (row) => row.message },
  ];
  return (
    <Modal
      open
      title={t('user.import')}
      onCancel={onClose}
      width={720}
      mask={{ closable: !unsaved }}
      keyboard={!unsaved}
      footer={
        <>
          <Button type={unsaved ? 'default' : 'primary'} onClick={onClose}>
            {t('common.close')}
          </Button>
          {answer.refused.length > 0 && (
            <Button onClick={keepRefused} data-testid="users-refused">
              {t('user.saveRefused')}
            </Button>
          )}
          {passwords.length > 0 && (
            <Button type={unsaved ? 'primary' : 'default'} onClick={keep} data-testid="users-passwords">
              {t('user.savePasswords')}
            </Button>
          )}
        </>
      }
    >
      <p style={{ marginBottom: 12 }} data-testid="users-imported">
        {t('user.imported', {
          made: passwords.length,
          posts: answer.made.length - passwords.length,
          refused: answer.refused.length,
        })}
      </p>
      {answer.ignored.length > 0 && (
        <p className="ink-2" style={{ marginBottom: 12 }} data-testid="users-ignored">
          {t('user.ignored', { titles: answer.ignored.join(t('common.and')) })}
        </p>
      )}
      {unsaved && (
        <p className="ink-2" style={{ marginBottom: 12 }}>
          {t('user.passwordsUnsaved')}
        </p>
      )}
      {answer.refused.length > 0 && (
        <DataTable
          columns={columns}
          rows={answer.refused}
          rowKey={(row) => String(row.line)}
          twoLine={(row) => ({ title: `${row.line}  ${row.text}`, sub: row.message })}
        />
      )}
    </Modal>
  );
}

function saveCsv(lines: string[], name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\ufeff', lines.join('\r\n')], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
