import { expect, test } from 'vitest';
import { users as strings } from '../../kit/strings/users';
import { passwordLines, refusedLines } from './savedLines';

const made = (employee_no: string, name: string) => ({ line: 2, employee_no, name, password: 'Ab-3' });

test('the titles of given passwords are in the language of whoever saves them', () => {
  expect(strings['user.passwordTitles']).toEqual(['工号,姓名,初始密码', 'Employee no.,Name,First password']);
  expect(passwordLines([made('E1', '顾言')], '工号,姓名,初始密码')).toEqual([
    '工号,姓名,初始密码',
    '"E1","顾言","Ab-3"',
  ]);
});

test('nothing in the file is calculated by a spreadsheet', () => {
  const names = ['=HYPERLINK("x")', '+1', '-1', '@x', '＝1'];
  expect(
    passwordLines(
      names.map((name) => made('-7', name)),
      '',
    ).slice(1),
  ).toEqual([
    `"'-7","'=HYPERLINK(""x"")","Ab-3"`,
    `"'-7","'+1","Ab-3"`,
    `"'-7","'-1","Ab-3"`,
    `"'-7","'@x","Ab-3"`,
    `"'-7","'＝1","Ab-3"`,
  ]);
});

test('lines that were refused are saved as they were sent, with why, below the titles that are read', () => {
  const row = { line: 4, text: '', cells: ['E1', '', '店长', 'B1', '', ''], message: '没有角色“店长”' };
  const [titles, ...lines] = refusedLines([row], strings['user.refusedTitles'][0]!);
  expect(titles).toBe('工号,姓名,角色,机构,开始日期,截止日期,未处理原因');
  expect(lines).toEqual(['"E1","","店长","B1","","","没有角色“店长”"']);
});
