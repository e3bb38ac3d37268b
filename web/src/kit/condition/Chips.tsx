import { Button, Popover } from 'antd';
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useText } from '../i18n';
import { useLateFocus } from '../hooks';
import { Icon } from '../Icon';
import { FieldPicker, OperatorSelect, ValueEditor } from './editors';
import { defaultRow, type Row } from './model';
import { useRowWords, type Terms } from './vocabulary';

type Change = (row: Row) => void;
type Props = {
  rows: Row[];
  terms: Terms;
  onChange: (rows: Row[]) => void;
  /** What else is asked of a row while its editor is open. */
  aside?: (row: Row, onChange: Change) => ReactNode;
  /** What stands on the chip of a row for everybody to see. */
  mark?: (row: Row) => ReactNode;
};

/** A flat filter as editable chips: field, operator, value. */
export function ConditionChips({ rows, terms, onChange, aside, mark }: Props) {
  const { t } = useText();
  const [fresh, setFresh] = useState<string | null>(null);
  const picker = useLayer();
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
          aside={aside}
          mark={mark}
          onChange={replace}
          onRemove={() => remove(row.id)}
        />
      ))}
      <Popover
        open={picker.open}
        onOpenChange={picker.change}
        trigger="click"
        placement="bottomLeft"
        destroyOnHidden
        content={
          <span ref={picker.box} onKeyDown={picker.press}>
            <FieldPicker
              terms={terms}
              autoFocus
              onPick={(entry) => {
                const row = defaultRow(entry);
                setFresh(row.id);
                picker.setOpen(false);
                onChange([...rows, row]);
              }}
            />
          </span>
        }
      >
        <Button ref={picker.control} type="dashed" icon={<Icon name="plus" size={14} />} data-testid="add-condition">
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

type ChipProps = Pick<Props, 'terms' | 'aside' | 'mark'> & {
  row: Row;
  startOpen: boolean;
  onChange: Change;
  onRemove: () => void;
};

function Chip({ row, terms, aside, mark, startOpen, onChange, onRemove }: ChipProps) {
  const { t } = useText();
  const layer = useLayer(startOpen);
  const words = useRowWords(terms)(row);
  useLateFocus(() => {
    const [operator, value = operator] = stopsIn(layer.box.current);
    if (!layer.box.current?.contains(document.activeElement)) value?.focus();
  }, layer.open);
  return (
    <span className="chip" data-testid="condition-chip">
      <Popover
        open={layer.open}
        onOpenChange={layer.change}
        trigger="click"
        placement="bottomLeft"
        content={
          <span ref={layer.box} className="row chip-editor" onKeyDown={layer.press}>
            <OperatorSelect row={row} terms={terms} onChange={onChange} />
            <ValueEditor row={row} terms={terms} onChange={onChange} inForce />
            {layer.open && aside?.(row, onChange)}
          </span>
        }
      >
        <button ref={layer.control} type="button" className="plain chip-text">
          {words.field} <span className="ink-3">{words.op}</span> <b>{words.value}</b>
          {words.blank && <span className="ink-3"> {words.blank}</span>}
          {mark?.(row)}
        </button>
      </Popover>
      <button type="button" className="plain chip-x" aria-label={t('common.remove')} onClick={onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

const stopsIn = (box: HTMLElement | null) =>
  [...(box?.querySelectorAll<HTMLElement>('input, textarea, button') ?? [])].filter((one) => one.tabIndex >= 0);

/**
 * A layer that is opened by a control and drawn at the end of the page: Tab past its first and its last stop goes back to
 * the control, and so does the focus when the layer closes, unless it has gone elsewhere.
 */
function useLayer(startOpen = false) {
  const [open, setOpen] = useState(startOpen);
  const control = useRef<HTMLButtonElement & HTMLAnchorElement>(null);
  const box = useRef<HTMLSpanElement>(null);
  const change = (next: boolean) => {
    setOpen(next);
    if (next) return;
    setTimeout(() => {
      const { activeElement, body } = document;
      if (activeElement === body || box.current?.contains(activeElement)) control.current?.focus();
    });
  };
  const press = (event: KeyboardEvent) => {
    const stops = stopsIn(box.current);
    if (event.key !== 'Tab' || event.target !== (event.shiftKey ? stops[0] : stops.at(-1))) return;
    event.preventDefault();
    control.current?.focus(); // first, so that what is left takes what was typed
    setOpen(false);
  };
  return { open, setOpen, change, control, box, press };
}
