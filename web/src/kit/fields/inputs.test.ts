import { expect, it } from 'vitest';

const names = (modules: Record<string, unknown>) => Object.keys(modules).map((path) => path.replace(/^.*\//, ''));

it('every kind of field has a control, and every control is of a kind', () => {
  const kinds = names(import.meta.glob('./kinds/*.tsx'));
  expect(kinds.length).toBeGreaterThan(10);
  expect(names(import.meta.glob('./inputs/*.tsx'))).toEqual(kinds);
});
