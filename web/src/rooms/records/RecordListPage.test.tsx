// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { RecordRow } from '../../api';
import {
  address,
  beforeEachList,
  GROUPS,
  holdAddresses,
  line,
  META,
  open,
  row,
  rows,
  server,
  usual,
} from './listTesting';

beforeEachList();

describe('a list of records', () => {
  it('says that it is being read, and shows its rows', async () => {
    await open();
    expect(screen.queryAllByTestId('row')).toEqual([]);
    expect((await rows()).map((one) => one.dataset.uid)).toEqual(['p1', 'p2', 'p3']);
    expect(screen.queryByTestId('chosen-bar')).toBeNull();
  });
  it('repeats the words that nothing was found for', async () => {
    server.answers = (asked) =>
      asked.path.endsWith('/query') ? { body: { ...(usual(asked) as object), rows: [] } } : undefined;
    await open('?q=王小明');
    expect((await screen.findByTestId('state-empty')).textContent).toContain('没有找到“王小明”');
    cleanup();
    await open(`?q=${'王'.repeat(80)}`);
    expect((await screen.findByTestId('state-empty')).textContent).toContain(`没有找到“${'王'.repeat(60)}…”`);
  });
  it('says that there is none, and what failed with its request number', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/query')
        ? {
            body: {
              rows: [],
              next_cursor: null,
              previous_cursor: null,
              as_of: { records: '2026-03-18T02:00:00Z', warehouse: null },
            },
          }
        : undefined;
    await open();
    expect((await screen.findByTestId('state-empty')).textContent).toContain('还没有客户');
    cleanup();
    server.answers = ({ path }) =>
      path.endsWith('/query') ? { status: 500, body: { code: 'internal', message: '服务器出错' } } : undefined;
    await open();
    expect(await screen.findByText(/r-7/)).toBeTruthy();
    expect(screen.queryAllByTestId('row')).toEqual([]);
  });
});

describe('a link', () => {
  it('says which of its conditions and ways to show the list cannot follow', async () => {
    const user = await open('?where=["bad&where=["level","in","C3"]&group=gone&columns=name,old');
    const said = await screen.findByTestId('dropped');
    expect(said.textContent).toBe(
      '链接中有 1 个条件无法识别，未生效：["bad链接中有 2 项列、排序或分组设置无法识别或您无权使用，未生效',
    );
    await user.click(within(said).getByRole('button'));
    expect(screen.queryByTestId('dropped')).toBeNull();
  });
  it('leaves out a condition with a value that is none, and the list is there', async () => {
    await open('?where=["open","=","maybe"]&where=["asset",">=","50万"]&where=["level","=","C3"]');
    expect((await screen.findByTestId('dropped')).textContent).toBe(
      '链接中有 2 个条件无法识别，未生效：投诉中 等于 maybe；总资产 ≥ 50万',
    );
    expect(await rows()).toHaveLength(3);
    expect(screen.getAllByTestId('condition-chip').map((chip) => chip.textContent)).toEqual(['风险等级 等于 稳健']);
    await waitFor(() => expect(address()).toBe('/records/party?where=["level","=","C3"]'));
  });
  it('is told what it lost until the list is another one, be it masked or one option of several', async () => {
    const fields = META.fields.map((one) => (one.key === 'note' ? { ...one, masked: true } : one));
    server.answers = ({ path }) => (path === '/meta/objects/party' ? { body: { ...META, fields } } : undefined);
    const user = await open('?where=["note","=","甲"]&where=["level","in","C3","C9"]');
    await waitFor(() => expect(address()).toBe('/records/party?where=["level","in","C3"]'));
    expect(screen.getByTestId('dropped').textContent).toBe(
      '链接中有 1 个条件无法识别或您无权使用，未生效：备注 等于 …链接中“风险等级”的选项 C9 无法识别，已略去，其余选项生效',
    );
    await rows();
    await user.click(screen.getByTestId('clear-conditions'));
    expect(screen.queryByTestId('dropped')).toBeNull();
  });
  it('that is followed whole is not spoken of', async () => {
    await open('?where=["level","in","C3"]&group=level&sort=name.asc');
    await rows();
    expect(screen.queryByTestId('dropped')).toBeNull();
  });
});

const onPhone = () =>
  vi
    .spyOn(window, 'matchMedia')
    .mockImplementation(
      (media) =>
        ({ matches: media.includes('max-width: 767'), addEventListener() {}, removeEventListener() {} }) as never,
    );

describe('figures on a phone', () => {
  it('are in one unit, that of their head, which each of them says; what would have no figure in it is in yuan', async () => {
    const phone = onPhone();
    await open('?columns=name,asset');
    const ends = (await rows()).map((one) => one.querySelector('.end')?.textContent);
    expect(ends).toEqual(['1.00万', '2.00万', '0.05元']);
    phone.mockRestore();
  });
});

describe('the address of a list', () => {
  const type = (text: string) => fireEvent.change(screen.getByTestId('condition-value'), { target: { value: text } });
  it('is that of the last key, however late addresses arrive, and the list goes on', async () => {
    const user = await open('?where=["asset",">=","500000"]');
    await user.click(within(await screen.findByTestId('condition-chip')).getAllByRole('button')[0] as HTMLElement);
    const box = await screen.findByTestId('condition-value');
    let arrive = holdAddresses();
    for (const text of ['1', '1e', '1e2']) type(text);
    await arrive();
    expect(screen.getByTestId('condition-value')).toBe(box);
    expect(screen.getByTestId('condition-chip').textContent).toContain('≥ 50 万');
    expect(address()).toContain('"500000"');
    arrive = holdAddresses();
    for (const text of ['3', '3x', '30']) type(text);
    await arrive();
    expect(screen.getByTestId('condition-value')).toBe(box);
    expect(address()).toContain('"300000"');
  });
  it('does not begin the list again for a group that is closed and opened at once, nor for an order', async () => {
    const user = await open('?group=level');
    await user.click(within(await line(1)).getByRole('checkbox'));
    const group = () => within(screen.getAllByTestId('group')[0] as HTMLElement).getByRole('button');
    for (const press of [group, () => screen.getByTestId('sort-name')]) {
      const arrive = holdAddresses();
      fireEvent.click(press());
      fireEvent.click(press());
      await arrive();
      expect(screen.getByTestId('chosen').textContent).toBe('已选 1 条');
      expect(screen.getAllByTestId('row')).toHaveLength(3);
    }
    expect(address()).toContain('sort=name.');
  });
  it('begins the list anew when somebody else gives it, or the way back', async () => {
    const user = await open('?where=["level","in","C3"]');
    await user.click(within(await line(1)).getByRole('checkbox'));
    fireEvent.click(screen.getByTestId('sort-name'));
    await waitFor(() => expect(address()).toContain('sort=name'));
    await user.click(screen.getByTestId('menu'));
    await waitFor(() => expect(screen.queryByTestId('condition-chip')).toBeNull());
    expect(screen.queryByTestId('chosen')).toBeNull();
    await user.click(await screen.findByTestId('back'));
    expect(await screen.findByTestId('condition-chip')).toBeTruthy();
    expect(address()).toContain('sort=name');
  });
});

describe('a condition that leaves out what has no value', () => {
  const where = '["open","!=","true"]';
  const empty = { op: 'is_empty', left: { field: 'open' } };
  const blanks = () => server.sent.filter(({ body }) => JSON.stringify(body.condition) === JSON.stringify(empty));
  it('asks the same of what denies: no of yes or no', async () => {
    const user = await open('?where=["open","=","false"]');
    const chip = await screen.findByTestId('condition-chip');
    expect((await within(chip).findByTestId('blank-mark')).textContent).toBe(' 3 户没有值');
    await user.click(within(chip).getAllByRole('button')[0] as HTMLElement);
    expect((await screen.findByTestId('blank-choice')).textContent).toBe('3 户没有值，现不算，算不算？');
  });
  it('says on its chip and at its editor how many they are, and counts them on demand', async () => {
    server.answers = ({ path, body }) =>
      path.endsWith('/count') && (body.condition as { op?: string })?.op === 'is_empty'
        ? { body: { count: 1009, approximate: false } }
        : undefined;
    const user = await open(`?where=${where}`);
    await rows();
    const chip = screen.getByTestId('condition-chip');
    expect((await within(chip).findByTestId('blank-mark')).textContent).toBe(' 1,009 户没有值');
    await user.click(within(chip).getAllByRole('button')[0] as HTMLElement);
    const asked = await screen.findByTestId('blank-choice');
    expect(asked.textContent).toBe('1,009 户没有值，现不算，算不算？');
    await user.click(within(asked).getByRole('combobox'));
    await user.click(await screen.findByTitle('没有值的也算'));
    await waitFor(() => expect(address()).toBe('/records/party?where=["open","!=|is_empty","true"]'));
    expect(chip.textContent).toBe('投诉中 不等于 是 没有值的也算');
    expect(blanks()).toHaveLength(1);
    await waitFor(() =>
      expect(server.sent.filter((one) => one.path.endsWith('/query')).at(-1)?.body.condition).toMatchObject({
        and: [{ or: [{ op: '!=' }, empty] }],
      }),
    );
  });
  it('says so in an empty list, and counts them there', async () => {
    server.answers = (asked) =>
      asked.path.endsWith('/query') ? { body: { ...(usual(asked) as object), rows: [] } } : undefined;
    const user = await open(`?where=${where}`);
    const link = await screen.findByTestId('count-blank');
    expect(link.textContent).toBe('计入没有值的 3 户');
    await user.click(link);
    await waitFor(() => expect(address()).toContain('|is_empty'));
    cleanup();
    server.sent = [];
    await open('?where=["open","=","true"]');
    await screen.findByTestId('drop-condition');
    expect([screen.queryByTestId('count-blank'), screen.queryByTestId('blank-mark'), blanks()]).toEqual([
      null,
      null,
      [],
    ]);
  });
  it('offers in an empty list no step to another empty one', async () => {
    server.answers = (asked) => {
      if (asked.path.endsWith('/query')) return { body: { ...(usual(asked) as object), rows: [] } };
      if (!asked.path.endsWith('/count')) return undefined;
      const helps = !JSON.stringify(asked.body).includes('level');
      return { body: { count: helps ? 7 : 0, approximate: false } };
    };
    await open('?where=["level","in","C3"]&where=["name","=","甲"]');
    await waitFor(() => expect(screen.getAllByTestId('drop-condition')).toHaveLength(1));
    expect(screen.getByTestId('drop-condition').parentElement?.textContent).toContain('风险等级 属于 稳健 → 7');
    cleanup();
    await open('?where=["level","in","C3"]&where=["level","in","C4"]');
    await screen.findByTestId('state-empty');
    await waitFor(() => expect(screen.queryByTestId('drop-condition')).toBeNull());
    expect(screen.getByTestId('state-empty').textContent).not.toContain('去掉其中一个条件');
  });
});

describe('the order of a list', () => {
  it('is said below it where none of its columns says it', async () => {
    await open();
    await rows();
    expect(screen.queryByTestId('order-note')).toBeNull();
    cleanup();
    await open('?columns=name,level');
    expect((await screen.findByTestId('order-note')).textContent).toBe('按总资产降序');
    cleanup();
    server.answers = ({ path }) =>
      path === '/meta/objects/party'
        ? { body: { ...META, list: { ...META.list, sort: { field: 'id', direction: 'desc' } } } }
        : undefined;
    await open();
    expect((await screen.findByTestId('order-note')).textContent).toBe('按录入先后降序');
  });
  it('is chosen from a list on a phone, where rows are not grouped and this is said', async () => {
    const phone = onPhone();
    const user = await open('?group=level&columns=name,level');
    expect(await screen.findByText('窄屏上不按风险等级分组显示')).toBeTruthy();
    expect(screen.getByTestId('order-by').textContent).toContain('总资产降序');
    expect(screen.getByTestId('order-by').className).toMatch(/\bline\b/); // of its own, beside chips it is cut
    await user.click(within(screen.getByTestId('order-by')).getByRole('combobox'));
    await user.click(await screen.findByTitle('姓名升序'));
    await waitFor(() => expect(address()).toContain('sort=name.asc'));
    expect(server.sent.filter((one) => one.path.endsWith('/query')).at(-1)?.body.sort).toEqual([
      { field: 'name', direction: 'asc' },
    ]);
    expect(server.sent.some((one) => one.path.endsWith('/groups'))).toBe(false);
    phone.mockRestore();
  });
});

describe('columns of a list', () => {
  it('are fields of the records that its own point at, too, under their name', async () => {
    const user = await open();
    await user.click(await screen.findByTestId('columns'));
    expect((await screen.findByTestId('beyond-adviser')).textContent).toBe('顾问的属性');
    await user.click(screen.getByRole('checkbox', { name: '顾问 · 姓名' }));
    await user.click(screen.getByTestId('columns-apply'));
    await waitFor(() => expect(address()).toContain('columns=name,level,asset,note,open,until,age,adviser.name'));
    const asked = server.sent.filter((one) => one.path.endsWith('/query')).at(-1)?.body;
    expect(asked?.columns).toContain('adviser.name');
    expect(screen.getByTestId('sort-adviser.name').textContent).toBe('顾问 · 姓名');
  });
});

describe('chosen records', () => {
  it('are counted, added up exactly, and asked about at the gate; Escape leaves none', async () => {
    const user = await open();
    await user.click(within(await line(1)).getByRole('checkbox'));
    await user.click(within(await line(3)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen').textContent).toBe('已选 2 条');
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 1.00万');
    const refused = await screen.findByTestId('chosen-refused');
    await waitFor(() => expect(refused.textContent).toContain('邮件触达将拦截 1 户电话触达将拦截 0 户'));
    expect(within(refused).getByTitle('未授权邮件 1')).toBeTruthy();
    await waitFor(() =>
      expect(server.sent.filter((one) => one.path === '/gate/foreseen').map((one) => one.body)).toContainEqual({
        channel: 'email',
        parties: ['p1', 'p3'],
      }),
    );
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('chosen-bar')).toBeNull();
  });
  it('are added up as of one day: those read on another are asked for again', async () => {
    const paged = (day: string, rows: RecordRow[], more: object) => ({
      body: { rows, next_cursor: null, previous_cursor: null, as_of: { records: day, warehouse: day }, ...more },
    });
    let asked: unknown;
    let answer: (() => void) | undefined;
    const again = new Promise<void>((done) => (answer = done));
    server.answers = ({ path, body }) => {
      if (!path.endsWith('/query')) return undefined;
      if (body.cursor) return paged('2026-03-18', [row(4, 'C4', '5.00')], {});
      if (!body.uids) return paged('2026-03-17', [row(1, 'C3', '10.00')], { next_cursor: 'n' });
      asked = body;
      return { ...paged('2026-03-18', [row(4, 'C4', '5.00'), row(1, 'C3', '20.00')], {}), after: again };
    };
    const user = await open();
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 10.00元');
    await user.click(screen.getByTestId('page-next'));
    await waitFor(async () => expect((await line(1)).dataset.uid).toBe('p4'));
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 10.00元');
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen').textContent).toBe('已选 2 条');
    expect(screen.queryByTestId('chosen-sum')).toBeNull();
    answer?.();
    expect((await screen.findByTestId('chosen-sum')).textContent).toBe('总资产合计 25.00元');
    expect(asked).toEqual({ uids: ['p1', 'p4'], columns: META.list.columns, limit: 200 });
  });
  it('have no sum of what none of them has, and say how many have none', async () => {
    const none = { ...row(4, 'C3', ''), values: { ...row(4, 'C3', '').values, asset: null } };
    server.answers = (asked) =>
      asked.path.endsWith('/query')
        ? { body: { ...(usual(asked) as object), rows: [none, row(5, 'C3', '5.00')] } }
        : undefined;
    const user = await open();
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 —');
    await user.click(within(await line(2)).getByRole('checkbox'));
    expect(screen.getByTestId('chosen-sum').textContent).toBe('总资产合计 5.00元（1 条无值）');
  });
  it('fill the box of the head when all of the page are, and half of it when some are', async () => {
    const user = await open();
    const half = () => document.querySelector('thead .ant-checkbox-indeterminate');
    const head = screen.findByTestId<HTMLInputElement>('choose-shown');
    await user.click(within(await line(1)).getByRole('checkbox'));
    expect([half() !== null, (await head).checked]).toEqual([true, false]);
    await user.click(await head);
    expect([half() !== null, (await head).checked]).toEqual([false, true]);
  });
  it('are exported alone', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/export') ? { status: 422, body: { code: 'x', message: '不行' } } : undefined;
    const user = await open();
    await user.click(within(await line(2)).getByRole('checkbox'));
    await user.click(screen.getByTestId('export-chosen'));
    await waitFor(() =>
      expect(server.sent.find((one) => one.path.endsWith('/export'))?.body).toEqual({
        uids: ['p2'],
        columns: META.list.columns,
        sort: [META.list.sort],
      }),
    );
  });
  it('say nothing of the gate to whoever may not know', async () => {
    server.answers = ({ path }) =>
      path === '/gate/foreseen' ? { status: 403, body: { code: 'refused', message: '无权限' } } : undefined;
    const user = await open();
    await user.click(within(await line(2)).getByRole('checkbox'));
    await waitFor(() => expect(server.sent.filter((one) => one.path === '/gate/foreseen')).toHaveLength(2));
    expect(screen.queryByTestId('chosen-refused')).toBeNull();
    expect(screen.getByTestId('chosen').textContent).toBe('已选 1 条');
  });
});

describe('rows in groups', () => {
  it('stand in the address with the groups that are closed; their heads add up the whole list', async () => {
    const user = await open('?group=level&closed=C4');
    const heads = async () => (await screen.findAllByTestId('group')).map((head) => head.textContent);
    await waitFor(async () =>
      expect(await heads()).toEqual([
        '稳健本页 2 / 共 70 条总资产合计 99.00万（3 条无值）',
        '积极本页 1 / 共 9 条总资产合计 2.00万',
      ]),
    );
    const asked = server.sent.find((one) => one.path.endsWith('/groups'))?.body;
    expect(asked).toMatchObject({ by: 'level', sums: ['asset'] });
    expect((await rows()).map((one) => one.dataset.uid)).toEqual(['p1', 'p3']);
    await user.click(within(screen.getAllByTestId('group')[0] as HTMLElement).getByRole('button'));
    expect(screen.queryAllByTestId('row')).toEqual([]);
    await waitFor(() => expect(address()).toBe('/records/party?group=level&closed=C4&closed=C3'));
  });
  it('say why one of the smallest of very many has no numbers', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/groups')
        ? {
            body: {
              ...GROUPS,
              groups: GROUPS.groups.slice(0, 1),
              others: { count: 9, groups: 4, sums: {}, missing: {} },
            },
          }
        : undefined;
    await open('?group=level');
    await screen.findByText('本页 2 / 共 70 条');
    expect((await screen.findAllByTestId('group')).map((head) => head.textContent)).toEqual([
      '稳健本页 2 / 共 70 条总资产合计 99.00万（3 条无值）',
      '积极未统计（仅统计最大的 1 组）',
    ]);
    expect(screen.getByTestId('all-groups').lastChild?.textContent).toBe('另有 3 组不在本页');
  });
  it('are all of them in a line, which says how many are on other pages', async () => {
    await open('?group=level');
    expect((await screen.findByTestId('all-groups')).textContent).toBe(
      '全部 2 组 79 条总资产合计 101.00万（3 条无值）各组按列表排序（总资产降序）中先出现的在前',
    );
    cleanup();
    const more = { value: null, count: 757, sums: { asset: [] }, missing: { asset: 757 } };
    const total = { ...GROUPS.total, count: 836 };
    server.answers = ({ path }) =>
      path.endsWith('/groups') ? { body: { ...GROUPS, groups: [...GROUPS.groups, more], total } } : undefined;
    await open('?group=level');
    const line = await screen.findByTestId('all-groups');
    expect(line.textContent).toContain('全部 3 组 836 条');
    expect(line.lastChild?.textContent).toBe('另有 1 组 757 条不在本页');
  });
  it('stand in the order of the options where the list is ordered by them, and say so; a whole one says its count', async () => {
    const page = [row(1, 'C4', '3.00'), row(2, 'C3', '2.00'), row(3, 'C4', '1.00')];
    const one = { sums: { asset: [] }, missing: { asset: 0 } };
    const groups = [
      { value: 'C3', count: 1, ...one },
      { value: 'C4', count: 9, ...one },
    ];
    server.answers = (asked) =>
      asked.path.endsWith('/query')
        ? { body: { ...(usual(asked) as object), rows: page } }
        : asked.path.endsWith('/groups')
          ? { body: { ...GROUPS, groups } }
          : undefined;
    const heads = () => screen.getAllByTestId('group').map((head) => head.textContent);
    await open('?group=level&sort=level.asc');
    await waitFor(() => expect(screen.getByTestId('groups-order').textContent).toBe('各组按选项先后排列'));
    expect(heads()).toEqual(['稳健1 条总资产合计 —', '积极本页 2 / 共 9 条总资产合计 —']);
    expect((await rows()).map((shown) => shown.dataset.uid)).toEqual(['p2', 'p1', 'p3']);
    cleanup();
    await open('?group=level&sort=level.desc');
    await waitFor(() => expect(heads()[0]).toContain('积极本页'));
    cleanup();
    await open('?group=level');
    await waitFor(() => expect(heads()[0]).toContain('积极本页'));
    expect((await screen.findByTestId('groups-order')).textContent).toContain('先出现的在前');
  });
  it('have no sum where nothing is to be added up', async () => {
    const nothing = { sums: { asset: [] }, missing: { asset: 70 } };
    server.answers = ({ path }) =>
      path.endsWith('/groups')
        ? { body: { ...GROUPS, groups: [{ value: 'C3', count: 70, ...nothing }], total: { count: 70, ...nothing } } }
        : undefined;
    await open('?group=level');
    const line = await screen.findByTestId('all-groups');
    expect(line.textContent).toContain('全部 1 组 70 条总资产合计 —');
    expect((await screen.findAllByTestId('group'))[0]?.textContent).toBe('稳健本页 2 / 共 70 条总资产合计 —');
  });
  it('say nothing of how many they are where nobody knows', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/groups') ? { status: 422, body: { code: 'too_costly', message: '太费时' } } : undefined;
    await open('?group=level');
    await waitFor(() => expect(server.sent.some((one) => one.path.endsWith('/groups'))).toBe(true));
    expect((await screen.findAllByTestId('group')).map((head) => head.textContent)).toEqual(['稳健', '积极']);
  });
});

describe('where the records of a list belong', () => {
  it('stands in its address, is asked of the server and is taken away by its chip', async () => {
    const places = [{ uid: 'u1', key: 'B001', display: '临江营业部' }];
    server.answers = ({ path }) => (path.startsWith('/meta/places/') ? { body: places } : undefined);
    const user = await open('?tab=all&unit=B001&served=');
    await rows();
    expect((await screen.findByTestId('unit-chip')).textContent).toBe('机构 临江营业部');
    expect(screen.getByTestId('served-chip').textContent).toBe('服务人员 未分配');
    const asked = (end: string) => server.sent.filter(({ path }) => path.endsWith(end)).at(-1)?.body;
    for (const end of ['/query', '/count'])
      expect(asked(end)).toMatchObject({ unit: { code: 'B001', below: true }, served_by: '' });
    await user.click(within(screen.getByTestId('unit-chip')).getByRole('link'));
    await waitFor(() => expect(screen.queryByTestId('unit-chip')).toBeNull());
    await waitFor(() => expect(asked('/query')).not.toHaveProperty('unit'));
    expect(asked('/query')).toMatchObject({ served_by: '' });
  });
});
