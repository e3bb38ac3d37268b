import { expect, test } from 'vitest';
import { wayTo } from './way';

const unit = (code: string) => ({ code, name: `机构${code}` });
const of = (...codes: string[]) => wayTo({ title: '总部工作台', trail: codes.map(unit) }, '首页');

test('the way to a unit leads back over each one above it', () => {
  expect(wayTo(undefined, '首页')).toEqual([{ title: '首页', path: undefined }]);
  expect(of()).toEqual([{ title: '总部工作台', path: undefined }]);
  expect(of('HQ', 'R01', 'B001')).toEqual([
    { title: '总部工作台', path: '/' },
    { title: '机构R01', path: '/?unit=R01' },
    { title: '机构B001', path: undefined },
  ]);
  expect(of('B001')).toEqual([
    { title: '总部工作台', path: '/' },
    { title: '机构B001', path: undefined },
  ]);
});
