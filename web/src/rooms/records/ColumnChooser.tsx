import { Button, Checkbox, Input, Popover } from 'antd';
import { Fragment, useState } from 'react';
import type { FieldMeta, ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { listedFields } from './listed';

type Props = { meta: ObjectMeta; columns: string[]; onChange: (columns: string[] | null) => void };

export function ColumnChooser({ meta, columns, onChange }: Props) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      content={<Chooser meta={meta} columns={columns} onChange={onChange} onDone={() => setOpen(false)} />}
    >
      <Button icon={<Icon name="columns" size={14} />} data-testid="columns">
        {t('list.columns', { shown: columns.length, all: listedFields(meta).length })}
      </Button>
    </Popover>
  );
}

function Chooser({ meta, columns, onChange, onDone }: Props & { onDone: () => void }) {
  const { t, label } = useText();
  const [chosen, setChosen] = useState(columns);
  const [find, setFind] = useState('');
  const every = listedFields(meta);
  const byKey = new Map(every.map((field) => [field.key, field]));
  const matches = (field: FieldMeta) => label(field.labels).toLowerCase().includes(find.trim().toLowerCase());
  const shown = chosen.flatMap((key) => byKey.get(key) ?? []).filter(matches);
  const among = (fields: FieldMeta[]) => fields.filter((field) => !chosen.includes(field.key) && matches(field));
  const toggle = (key: string) =>
    setChosen(chosen.includes(key) ? chosen.filter((other) => other !== key) : [...chosen, key]);
  const move = (key: string, by: -1 | 1) => {
    const index = chosen.indexOf(key);
    const target = index + by;
    if (target < 0 || target >= chosen.length) return;
    const next = [...chosen];
    next.splice(index, 1);
    next.splice(target, 0, key);
    setChosen(next);
  };
  const line = (field: FieldMeta, on: boolean) => (
    <li key={field.key} className="row">
      <Checkbox checked={on} disabled={on && chosen.length === 1} onChange={() => toggle(field.key)}>
        {label(field.labels)}
      </Checkbox>
      <span className="right row gap-4 ink-3 small">
        {field.masked && t('list.masked')}
        {on && (
          <>
            <button type="button" className="plain" aria-label="↑" onClick={() => move(field.key, -1)}>
              <Icon name="up" size={14} />
            </button>
            <button type="button" className="plain" aria-label="↓" onClick={() => move(field.key, 1)}>
              <Icon name="down" size={14} />
            </button>
          </>
        )}
      </span>
    </li>
  );
  return (
    <div className="chooser">
      <div className="row">
        <b>{t('list.columnsTitle')}</b>
        <button
          type="button"
          className="plain link right"
          onClick={() => {
            onChange(null);
            onDone();
          }}
        >
          {t('list.columnsDefault')}
        </button>
      </div>
      <Input
        prefix={<Icon name="search" size={14} />}
        value={find}
        placeholder={t('list.columnsFind', { n: every.length })}
        onChange={(event) => setFind(event.target.value)}
      />
      <ul>
        <li className="head">{t('list.columnsShown')}</li>
        {shown.map((field) => line(field, true))}
        <li className="head">{t('list.columnsHidden')}</li>
        {among(meta.fields).map((field) => line(field, false))}
        {meta.beyond.map(({ reference, labels, fields }) => {
          const found = among(fields);
          return (
            found.length > 0 && (
              <Fragment key={reference}>
                <li className="head" data-testid={`beyond-${reference}`}>
                  {t('list.columnsBeyond', { name: label(labels) })}
                </li>
                {found.map((field) => line(field, false))}
              </Fragment>
            )
          );
        })}
      </ul>
      <Button
        type="primary"
        block
        onClick={() => {
          onChange(chosen);
          onDone();
        }}
        data-testid="columns-apply"
      >
        {t('common.apply')}
      </Button>
    </div>
  );
}
