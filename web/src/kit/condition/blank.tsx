/** Those without a value, where a test could mean them as well as not. */
import { Select } from 'antd';
import type { VocabularyType } from '../../api';
import { useText } from '../i18n';
import { blankWords, isNegation, type Blank, type Row } from './model';

/** Whether it has to be asked if those without a value count; `lacking` is how many there are. */
export const asksOfBlank = (row: Row, type: VocabularyType, excluded: boolean, lacking: number): boolean =>
  row.blank !== undefined || (lacking > 0 && isNegation(row, type, excluded));

/** `excluded`: the row stands where hits count against. `ask`: the question while nobody has answered it. */
type Props = { row: Row; excluded: boolean; ask: string; onChange: (row: Row) => void };

export function BlankChoice({ row, excluded, ask, onChange }: Props) {
  const { t } = useText();
  const choices: Blank[] = ['holds', 'fails'];
  return (
    <Select<Blank>
      value={row.blank}
      status={row.blank === undefined ? 'warning' : undefined}
      placeholder={ask}
      aria-label={ask}
      options={choices.map((value) => ({ value, label: t(blankWords(value, excluded)) }))}
      onChange={(blank) => onChange({ ...row, blank })}
      allowClear={false}
      showSearch={false}
      popupMatchSelectWidth={false}
      style={{ minWidth: 150 }}
      data-testid="blank-choice"
    />
  );
}
