import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client';
import type { Share } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DayInput } from '../../kit/DayInput';
import { useFormReport } from '../../kit/faults';
import { useReport, useSay } from '../../kit/feedback';
import * as format from '../../kit/format';
import { useDebounced, useFocusBack } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { QueryState } from '../../kit/states';

type Values = { to: string; until: string };
type Of = { object: string; uid: string };

const sharesKey = ({ object, uid }: Of) => ['shares', object, uid];

/** Who may see a record beside those whose it is: given until a day, taken back at once. */
export function ShareDialog({ object, uid, name, onClose }: Of & { name: string; onClose: () => void }) {
  const { t } = useText();
  useFocusBack();
  const [form] = Form.useForm<Values>();
  const client = useQueryClient();
  const report = useFormReport(form);
  const say = useSay();
  const shares = useQuery({
    queryKey: sharesKey({ object, uid }),
    queryFn: ({ signal }) => api.get('/objects/{object}/records/{uid}/shares', { path: { object, uid }, signal }),
  });
  const give = useChange({
    mutationFn: ({ to, until }: Values) => {
      const [kind, whom] = to.split(':');
      const one = kind === 'unit' ? { unit: whom } : { user: whom };
      return api.post('/objects/{object}/records/{uid}/shares', { path: { object, uid }, body: { ...one, until } });
    },
    onSuccess: (made) => {
      say(t('share.given', { name: made.name, day: format.date(made.until) }));
      form.resetFields();
      void client.invalidateQueries({ queryKey: sharesKey({ object, uid }) });
    },
    onError: report,
  });
  const required = [{ required: true, message: t('common.required') }];
  return (
    <Modal open title={t('share.title', { name })} footer={null} onCancel={onClose} destroyOnHidden>
      <p className="ink-2" style={{ marginBottom: 12 }}>
        {t('share.text')}
      </p>
      <Form<Values> form={form} layout="vertical" onFinish={(values) => give.mutate(values)} requiredMark={false}>
        <Form.Item name="to" label={t('share.to')} rules={required} extra={t('share.toHint')}>
          <WhomField object={object} uid={uid} />
        </Form.Item>
        <Form.Item name="until" label={t('share.until')} rules={required}>
          <DayField />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={give.isPending} data-testid="share-give">
          {t('share.give')}
        </Button>
      </Form>
      <h3 style={{ marginTop: 20 }}>{t('share.now')}</h3>
      <QueryState query={shares} rows={2}>
        {(found) =>
          found.length === 0 ? (
            <p className="ink-3">{t('share.none')}</p>
          ) : (
            <ul className="plain-list">
              {found.map((one) => (
                <Given key={one.uid} object={object} uid={uid} share={one} />
              ))}
            </ul>
          )
        }
      </QueryState>
    </Modal>
  );
}

function Given({ object, uid, share }: Of & { share: Share }) {
  const { t } = useText();
  const client = useQueryClient();
  const report = useReport();
  const back = useChange({
    mutationFn: () =>
      api.delete('/objects/{object}/records/{uid}/shares/{share}', { path: { object, uid, share: share.uid } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: sharesKey({ object, uid }) }),
    onError: report,
  });
  return (
    <li data-testid="share">
      <span className="grow">
        {share.name} <span className="small ink-3">{share.key}</span>
        <span className="small ink-2" style={{ display: 'block' }}>
          {t('share.line', { day: format.date(share.until), by: share.by.name })}
        </span>
      </span>
      <Button size="small" loading={back.isPending} onClick={() => back.mutate()} data-testid="share-withdraw">
        {t('share.withdraw')}
      </Button>
    </li>
  );
}

/** A colleague or a unit by a few characters. */
function WhomField({
  object,
  uid,
  value,
  onChange,
  id,
}: Of & { value?: string; onChange?: (value: string) => void; id?: string }) {
  const { t } = useText();
  const [q, setQ] = useState('');
  const settled = useDebounced(q.trim(), 250);
  const found = useQuery({
    queryKey: [...sharesKey({ object, uid }), 'with', settled],
    queryFn: ({ signal }) =>
      api.get('/objects/{object}/records/{uid}/shares/with', { path: { object, uid }, query: { q: settled }, signal }),
  });
  const options = (found.data ?? []).map((one) => ({
    value: `${one.kind}:${one.uid}`,
    label: one.display,
    code: one.key,
    kind: one.kind,
  }));
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setQ, searchValue: q }}
      loading={found.isFetching}
      value={value}
      onChange={onChange}
      options={options}
      optionRender={({ data }) => (
        <>
          <Icon name={data.kind === 'unit' ? 'branch' : 'user'} size={13} /> {data.label}{' '}
          <span className="small ink-3">{data.code}</span>
        </>
      )}
      placeholder={t('share.toPlaceholder')}
      data-testid="share-to"
    />
  );
}

/** Form.Item gives it its value. */
function DayField({ value, onChange, id }: { value?: string; onChange?: (value: string | null) => void; id?: string }) {
  return <DayInput id={id} value={value} onChange={(day) => onChange?.(day)} style={{ width: '100%' }} />;
}
