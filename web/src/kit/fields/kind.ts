/**
 * What the browser knows of a field type: one module of `kinds/` each, called as the server's `web` says, and one of
 * `inputs/` with its control, which only pages with forms load.
 */
import type { ComponentType } from 'react';
import type { BlockFormat, FieldMeta, Input, Value } from '../../api';
import type { Key } from '../i18n';
import type { Lang } from '../format';

/**
 * `beside`: the values of its column, which may make one say more. `headless`: it stands in a column whose head is not
 * there, as on a phone, and says itself what that would say.
 */
export type ShowProps = { field: FieldMeta; value: Value; cell: boolean; beside?: Value[]; headless?: boolean };
export type EditProps = {
  field: FieldMeta;
  testId: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
  /** Null while there is neither a yes nor a no. */
  checked?: boolean | null;
  /** What is typed is no value and is not given; told in words by whoever draws the control, else by the control. */
  onRefused?: (words: string) => void;
  placeholder?: string;
  onBlur?: () => void;
  id?: string;
};

export type FieldKind = {
  Show: ComponentType<ShowProps>;
  /** A value as the control holds it, and back; the same, where they are not given. */
  toForm?: (value: Value) => unknown;
  fromForm?: (value: unknown) => Input;
  /** Why what the control holds is not sent, as the text to say it with. */
  fault?: (value: unknown) => Key | null;
  /** What the control holds when there is no value. */
  blank?: unknown;
  /** The property by which the control takes its value. */
  property?: 'checked';
  /** It stands at the right of its column. */
  right?: boolean;
  /** It takes the whole width of a form. */
  wide?: boolean;
  /** Its values are records, each with a page of its own. */
  record?: boolean;
  /** Rows of a list are put together by its values: there are few of them, each said in a word. */
  grouped?: boolean;
  /** Its values add up, each currency by itself; how a sum is drawn, `among` others in the unit of their column. */
  Sum?: ComponentType<{ field: FieldMeta; value: string; among?: boolean }>;
  /** It tells records of one name apart. */
  telling?: boolean;
  /** The format by which its numbers are typed, whatever they are drawn as. */
  typedAs?: BlockFormat;
  /** The unit behind the name of a column, and behind the name in a form. */
  columnUnit?: (field: FieldMeta, lang: Lang) => string;
  formUnit?: (field: FieldMeta, lang: Lang) => string;
};
