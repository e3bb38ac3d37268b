import generateConfig from '@rc-component/picker/generate/dayjs';
import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import 'dayjs/locale/zh-cn';
import utc from 'dayjs/plugin/utc';
import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type ComponentRef,
  type CSSProperties,
  type KeyboardEvent,
  type SyntheticEvent,
} from 'react';
import { useText, type Translate } from './i18n';
import { now, wallOf } from './clock';
import { plainDay } from './plain';

dayjs.extend(utc);

/** A wall clock as the picker holds it: in UTC, where no hour is skipped, whatever zone the browser is in. */
const held = (wall: string): Dayjs => dayjs.utc(wall);

/**
 * A picker whose "today" and "now" are the server's, in Shanghai. It reads nothing that is typed: it would keep the last
 * day that it read and give it when it is left, though something else stands in it by then.
 */
const Picker = DatePicker.generatePicker<Dayjs>({
  ...generateConfig,
  getNow: () => held(wallOf(now()) ?? ''),
  locale: { ...generateConfig.locale, parse: () => null },
});

/** How a day, and a day with its time, are kept and shown. */
const DAY = { kept: 'YYYY-MM-DD', shown: 'YYYY-MM-DD' };
const MOMENT = { kept: 'YYYY-MM-DDTHH:mm', shown: 'YYYY-MM-DD HH:mm' };

function dayOf(text: string, { kept, shown }: typeof DAY): string | null {
  const day = dayjs.utc(plainDay(text), shown, true);
  return day.isValid() ? day.format(kept) : null;
}

/** Why a text is no day, or no day with its time; `left`: the field shows what it held again. */
function whyNot(text: string, withTime: boolean, left: boolean, t: Translate): string {
  const day = withTime && dayOf(text, DAY);
  if (!day) return t(left ? 'day.refused' : 'day.wrong', { text });
  return left ? t('day.noTimeBack', { text }) : t('day.noTime', { example: `${day} 09:30` });
}

type Props = {
  /** The time of the day is asked for, too. */
  withTime?: boolean;
  /** A business date, or a time of the wall clock in Shanghai. */
  value: string | null | undefined;
  onChange: (value: string | null) => void;
  allowClear?: boolean;
  /** Tells in words that what was typed is no day, where the place below the field is not the one for it. */
  onRefused?: (words: string) => void;
  placeholder?: string;
  id?: string;
  style?: CSSProperties;
  'aria-label'?: string;
  'data-testid'?: string;
};

/**
 * What is typed is taken by Enter and when the field is left. What is no day is refused in words: Enter leaves it to be
 * mended, and a field that is left shows its day again.
 */
function useTyping({ withTime = false, onChange, onRefused, allowClear = true }: Props) {
  const { t } = useText();
  const pattern = withTime ? MOMENT : DAY;
  const [wrong, setWrong] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const { picker, picked } = useFocusBack(open);
  const typed = useRef(false);
  // Closed after typing, the picker gives the day that it held before: only what is chosen in it counts.
  const chosen = useRef(false);
  const taken = useRef(false);
  const choose = ({ target }: SyntheticEvent) => {
    if (!(target instanceof HTMLInputElement)) chosen.current = true;
  };
  const rest = () => {
    typed.current = false;
    setWrong(false);
  };
  const onInput = ({ target }: SyntheticEvent) => {
    const { value } = target as HTMLInputElement;
    typed.current = true;
    chosen.current = false;
    setRefused(null);
    setWrong(value.trim() !== '' && !dayOf(value, pattern));
  };
  const refuse = (words: string) => (onRefused ?? setRefused)(words);
  const settle = ({ target, type }: SyntheticEvent) => {
    if (!typed.current || !(target instanceof HTMLInputElement)) return;
    const text = target.value.trim();
    const day = dayOf(text, pattern);
    if (!day && text !== '' && type === 'keydown') return refuse(whyNot(text, withTime, false, t));
    rest();
    taken.current = type === 'keydown';
    if (day) onChange(day);
    else if (text !== '') refuse(whyNot(text, withTime, true, t));
    else if (allowClear) onChange(null);
  };
  // Only once the picker has heard of Enter, too: closed, it opens by it.
  const close = () => {
    if (taken.current) setOpen(false);
    taken.current = false;
  };
  const pick = (day: Dayjs | null) => {
    if (!chosen.current) return;
    rest();
    setRefused(null);
    picked.current = open && day !== null;
    onChange(day ? day.format(pattern.kept) : null);
  };
  return { picker, wrong, refused, open, setOpen, onInput, choose, settle, close, pick, rest };
}

/** A calendar goes away with the focus when a day is chosen in it: the field has it again, and its keys. */
function useFocusBack(open: boolean) {
  const picker = useRef<ComponentRef<typeof Picker>>(null);
  const picked = useRef(false);
  useEffect(() => {
    if (open || !picked.current) return;
    picked.current = false;
    picker.current?.focus();
  }, [open]);
  return { picker, picked };
}

/** Enter takes the day and sends no form around the field, as it chooses in a list and sends none; the buttons of the calendar have theirs. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
}

/** A day, or a day and a time, as a text without zone. */
export function DayInput(props: Props) {
  const { withTime = false, value, onChange: _, onRefused: __, style, ...rest } = props;
  const { lang } = useText();
  dayjs.locale(lang === 'zh' ? 'zh-cn' : 'en'); // the names of months and days in its panel
  const typing = useTyping(props);
  // The picker drops what is typed when it is given another object, even one of the same day.
  const shown = useMemo(() => (value ? held(value) : null), [value]);
  return (
    <div
      className={withTime ? 'day-input with-time' : 'day-input'}
      style={style}
      onInput={typing.onInput}
      onBlur={typing.settle}
      onMouseDownCapture={typing.choose}
      onKeyDownCapture={(event) => {
        typing.choose(event);
        if (event.key === 'Enter') typing.settle(event);
        if (event.key === 'Escape') typing.rest();
      }}
      onKeyDown={(event) => {
        keepEnter(event);
        typing.close();
      }}
    >
      <Picker
        {...rest}
        ref={typing.picker}
        style={style}
        open={typing.open}
        onOpenChange={typing.setOpen}
        status={typing.wrong ? 'error' : undefined}
        aria-invalid={typing.wrong}
        format={(withTime ? MOMENT : DAY).shown}
        showTime={withTime && { format: 'HH:mm' }}
        value={shown}
        onChange={typing.pick}
      />
      {typing.refused !== null && (
        <div className="small tone-late" role="alert" data-testid="day-refused">
          {typing.refused}
        </div>
      )}
    </div>
  );
}
