import { expect, it } from 'vitest';
import type { FieldMeta } from '../../api';
import type { Translate } from '../i18n';
import { rulesOf } from '.';

const t: Translate = (key) => key;
const rules = (web: string, required: boolean) => rulesOf({ key: 'x', web, required } as FieldMeta, t);

it('a value is wanted where the field says so; a box that is not set is one', () => {
  expect([rules('date', true), rules('date', false), rules('boolean', true)].map(([wanted]) => wanted)).toEqual([
    { required: true, message: 'common.required' },
    { required: false, message: 'common.required' },
    { required: false, message: 'common.required' },
  ]);
});

it('what is no value of the field is refused in words', async () => {
  const judge = rules('integer', false)[1]?.validator;
  await expect(judge?.(undefined, '45')).resolves.toBeUndefined();
  await expect(judge?.(undefined, '4.5')).rejects.toThrow('number.notWhole');
});
