import generateConfig from '@rc-component/picker/generate/dayjs';
import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import utc from 'dayjs/plugin/utc';
import type { CSSProperties } from 'react';
import { now, wallOf } from './clock';

dayjs.extend(utc);

/** A wall clock as the picker holds it: in UTC, where no hour is skipped, whatever zone the browser is in. */
const held = (wall: string): Dayjs => dayjs.utc(wall);

/** A picker whose "today" and "now" are the server's, in Shanghai. */
const Picker = DatePicker.generatePicker<Dayjs>({ ...generateConfig, getNow: () => held(wallOf(now()) ?? '') });

const FORMATS = { date: 'YYYY-MM-DD', datetime: 'YYYY-MM-DDTHH:mm' } as const;
const SHOWN = { date: 'YYYY-MM-DD', datetime: 'YYYY-MM-DD HH:mm' } as const;

type Props = {
  kind?: keyof typeof FORMATS;
  /** A business date, or a time of the wall clock in Shanghai. */
  value: string | null | undefined;
  onChange: (value: string | null) => void;
  allowClear?: boolean;
  id?: string;
  style?: CSSProperties;
  'data-testid'?: string;
};

/** A day, or a day and a time, as a text without zone. */
export function DayInput({ kind = 'date', value, onChange, ...rest }: Props) {
  return (
    <Picker
      {...rest}
      format={SHOWN[kind]}
      showTime={kind === 'datetime' ? { format: 'HH:mm' } : false}
      value={value ? held(value) : null}
      onChange={(day) => onChange(day ? day.format(FORMATS[kind]) : null)}
    />
  );
}
