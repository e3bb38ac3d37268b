import { Button, Popover } from 'antd';
import { useState } from 'react';
import { useText } from '../i18n';
import { Icon } from '../Icon';
import { FieldPicker, OperatorSelect, ValueEditor } from './editors';
import { defaultRow, type Row } from './model';
import { useRowWords, type Terms } from './vocabulary';

type Props = { rows: Row[]; terms: Terms; onChange: (rows: Row[]) => void };

/** A flat filter as editable chips: field, operator, value. */
export function ConditionChips({ rows, terms, onChange }: Props) {
  const { t } = useText();
  const [fresh, setFresh] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  const replace = (row: Row) => onChange(rows.map((other) => (other.id === row.id ? row : other)));
  const remove = (id: string) => onChange(rows.filter((row) => row.id !== id));
  return (
    <>
      {rows.map((row) => (
        <Chip
          key={row.id}
          row={row}
          terms={terms}
          startOpen={fresh === row.id}
          onChange={replace}
          onRemove={() => remove(row.id)}
        />
      ))}
      <Popover
        open={picking}
        onOpenChange={setPicking}
        trigger="click"
        placement="bottomLeft"
        destroyOnHidden
        content={
          <FieldPicker
            terms={terms}
            autoFocus
            onPick={(entry) => {
              const row = defaultRow(entry);
              setFresh(row.id);
              setPicking(false);
              onChange([...rows, row]);
            }}
          />
        }
      >
        <Button type="dashed" icon={<Icon name="plus" size={14} />} data-testid="add-condition">
          {t('condition.add')}
        </Button>
      </Popover>
      {rows.length > 0 && (
        <button type="button" className="plain link" onClick={() => onChange([])} data-testid="clear-conditions">
          {t('common.clear')}
        </button>
      )}
    </>
  );
}

type ChipProps = { row: Row; terms: Terms; startOpen: boolean; onChange: (row: Row) => void; onRemove: () => void };

function Chip({ row, terms, startOpen, onChange, onRemove }: ChipProps) {
  const { t } = useText();
  const [open, setOpen] = useState(startOpen);
  const words = useRowWords(terms)(row);
  return (
    <span className="chip" data-testid="condition-chip">
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger="click"
        placement="bottomLeft"
        content={
          <span className="row">
            <OperatorSelect row={row} terms={terms} onChange={onChange} />
            <ValueEditor row={row} terms={terms} onChange={onChange} />
          </span>
        }
      >
        <button type="button" className="plain chip-text">
          {words.field} <span className="ink-3">{words.op}</span> <b>{words.value}</b>
        </button>
      </Popover>
      <button type="button" className="plain chip-x" aria-label={t('common.remove')} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}
