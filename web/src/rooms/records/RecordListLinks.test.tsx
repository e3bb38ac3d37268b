// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { asking } from '../../kit/address';
import { address, beforeEachList, META, open, row, rows, server, usual } from './listTesting';

beforeEachList();

const UID = '01903f6e-2b1c-7a55-9c3e-0d4f5a6b7c8d';
const sent = (end: string) => server.sent.filter(({ path }) => path.endsWith(end));
const last = (end: string) => sent(end).at(-1)?.body;
const paged = (more: object = {}) => ({
  body: { ...(usual({ method: 'POST', path: '/query', body: {} }) as object), ...more },
});
const counted = (count: number, at?: string) => ({
  body: { count, approximate: false, ...(at && { as_of: { records: at } }) },
});
const party = {
  ...META.fields[0],
  key: 'party',
  labels: { zh: '客户', en: 'Party' },
  target: 'party',
  web: 'reference',
};
const metaWith = (list: object, more: object = {}) => ({ body: { ...META, ...more, list: { ...META.list, ...list } } });

describe('a link that asks for a text beside its address', () => {
  it.each(['10100000008', 'c000000002@example.com'])('narrows the list by %s, which is in no address', async (text) => {
    await open('', asking(text));
    await rows();
    expect((await screen.findByTestId<HTMLInputElement>('list-search')).value).toBe(text);
    expect(last('/query')?.q).toBe(text);
    expect(address()).toBe('/records/party');
  });

  it('keeps a name in its address, for reload and for whoever is sent it', async () => {
    await open('', asking('张伟'));
    await rows();
    await waitFor(() => expect(address()).toContain('q=张伟'));
    expect(last('/query')?.q).toBe('张伟');
  });
});

describe('two conditions that leave out what has no value', () => {
  /** Those without a value: as many as the whole list, whatever else of them is asked. */
  const lacking = (condition: unknown): number => {
    const text = JSON.stringify(condition ?? null);
    const parts = (condition as { and?: unknown[] } | null)?.and ?? [condition];
    const leavesOut = parts.some((part) => {
      const said = JSON.stringify(part);
      return said.includes('"op":"!="') && !said.includes('is_empty');
    });
    return text.includes('is_empty') && !leavesOut ? 1009 : 0;
  };
  const empty = () => {
    server.answers = ({ path, body }) => {
      if (path.endsWith('/query')) return paged({ rows: [] });
      return path.endsWith('/count') ? counted(lacking(body.condition)) : undefined;
    };
  };
  it.each(['["open","!=","true"]&where=["note","!=","甲"]', '["note","!=","甲"]&where=["note","!=","乙"]'])(
    'do not hide from each other how many, and are counted together: %s',
    async (where) => {
      empty();
      const user = await open(`?where=${where}`);
      await waitFor(() => expect(screen.getAllByTestId('blank-mark')).toHaveLength(2));
      expect(screen.getAllByTestId('blank-mark').map((mark) => mark.textContent?.trim())).toEqual(
        Array(2).fill('1,009 户没有值'),
      );
      // Neither alone would show anything.
      expect(screen.queryByTestId('count-blank')).toBeNull();
      const link = await screen.findByTestId('count-blanks');
      expect(link.parentElement?.textContent).toBe('各条件中没有值的都计入 → 1,009');
      await user.click(link);
      await waitFor(() => expect(address()?.match(/\|is_empty/g)).toHaveLength(2));
    },
  );
  it('say in the ways out of an empty list that no value counts', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/query') ? paged({ rows: [] }) : path.endsWith('/count') ? counted(7) : undefined;
    await open('?where=["note","!=|is_empty","甲"]');
    expect((await screen.findByTestId('drop-condition')).textContent).toBe('备注 不等于 甲 没有值的也算');
  });
});

describe('a place of a link that its reader may not ask about', () => {
  it('is left out and told, and the rest is shown', async () => {
    server.answers = ({ path }) => (path === '/meta/objects/party' ? metaWith({ places: [] }) : undefined);
    await open('?served=&unit=B001&where=["level","in","C3"]');
    expect(await rows()).toHaveLength(3);
    expect(screen.getByTestId('dropped').textContent).toBe(
      '链接中的范围无法识别或您无权使用，未生效：机构 B001；服务人员 未分配',
    );
    expect(last('/query')).not.toHaveProperty('unit');
    expect(last('/query')).not.toHaveProperty('served_by');
    await waitFor(() => expect(address()).toBe('/records/party?where=["level","in","C3"]'));
  });
  it('is left out when the server knows no such unit, and told', async () => {
    server.answers = ({ path, body }) =>
      /\/(query|count)$/.test(path) && body.unit
        ? { status: 422, body: { code: 'organization.unknown_unit', message: '没有机构' } }
        : undefined;
    await open('?unit=ZZZZ&q=x');
    expect(await rows()).toHaveLength(3);
    expect(screen.getByTestId('dropped').textContent).toContain('未生效：机构 ZZZZ');
    expect(screen.queryByTestId('unit-chip')).toBeNull();
    await waitFor(() => expect(address()).toBe('/records/party?q=x'));
  });
  it.each([
    ['not-a-uid', '客户 not-a-uid'],
    [UID, '客户'],
  ])('is left out where it is a record that is none for this reader: %s', async (uid, told) => {
    server.answers = ({ path, body }) => {
      if (path === '/meta/objects/party') return metaWith({}, { fields: [...META.fields, party] });
      if (path.includes('/records/')) return { status: 404, body: { code: 'not_found', message: '' } };
      return body.of ? { status: 404, body: { code: 'not_found', message: '没有找到' } } : undefined;
    };
    await open(`?party=${uid}&q=x`);
    expect(await rows()).toHaveLength(3);
    expect(screen.getByTestId('dropped').textContent).toBe(`链接中的范围无法识别或您无权使用，未生效：${told}`);
    expect(screen.queryByTestId('parent-chip')).toBeNull();
    await waitFor(() => expect(address()).toBe('/records/party?q=x'));
  });
});

describe('the page of a link', () => {
  it('is numbered by the server', async () => {
    server.answers = ({ path, body }) =>
      path.endsWith('/query') ? paged({ first: body.cursor ? 51 : 1, next_cursor: 'n' }) : undefined;
    await open('?cursor=mine&from=9951');
    expect((await screen.findByTestId('list-page')).textContent).toBe('第 51 至 53 条');
    await waitFor(() => expect(address()).toBe('/records/party?cursor=mine'));
    expect(screen.queryByTestId('dropped')).toBeNull();
  });
  it('that is not one of its reader is told, and the list begins at its first', async () => {
    server.answers = ({ path, body }) =>
      path.endsWith('/query') && body.cursor ? { status: 422, body: { code: 'bad_cursor', message: '' } } : undefined;
    await open('?cursor=somebody&q=x');
    expect((await screen.findByTestId('list-page')).textContent).toBe('第 1 至 3 条');
    expect(screen.getByTestId('dropped').textContent).toBe('链接中的翻页位置不适用于您的列表，已从第一页开始');
    await waitFor(() => expect(address()).toBe('/records/party?q=x'));
  });
});

describe('the tab of a link', () => {
  const refinements = [
    { key: 'mine', labels: { zh: '我的客户', en: 'Mine' } },
    { key: 'my_branch', labels: { zh: '我营业部', en: 'My branch' } },
  ];
  it('that its reader has not is told by name', async () => {
    server.answers = ({ path }) =>
      path === '/meta/objects/party' ? metaWith({ tabs: ['my_branch'] }, { refinements }) : undefined;
    await open('?tab=mine&whre=1');
    expect((await screen.findByTestId('dropped')).textContent).toBe(
      '链接中的页签“我的客户”无法识别或您无权使用，现为“我营业部”链接中有无法识别或重复的内容，未生效：whre=1',
    );
  });
  it('stands in the address once anything else does', async () => {
    server.answers = ({ path }) =>
      path === '/meta/objects/party' ? metaWith({ tabs: ['mine', 'my_branch'] }, { refinements }) : undefined;
    const user = await open();
    await rows();
    expect(address()).toBe('/records/party');
    await user.click(screen.getByTestId('sort-name'));
    await waitFor(() => expect(address()).toBe('/records/party?tab=mine&sort=name.desc'));
  });
  it('is named in a list that it leaves empty, with the others that are not', async () => {
    server.answers = ({ path, body }) => {
      if (path === '/meta/objects/party') return metaWith({ tabs: ['mine', 'my_branch'] }, { refinements });
      if (path.endsWith('/query')) return paged({ rows: body.refinement === 'mine' ? [] : [row(1, 'C3', '1')] });
      return path.endsWith('/count') ? counted(body.refinement === 'mine' ? 0 : 8) : undefined;
    };
    const user = await open();
    const way = await screen.findByTestId('other-tab');
    const said = screen.getByTestId('state-empty').textContent;
    expect(said).toContain('没有符合条件的客户');
    expect(said).toContain('其他页签中有：我营业部 → 8');
    await user.click(way);
    expect(await rows()).toHaveLength(1);
  });
});

describe('an empty list of a place', () => {
  it('names the place and the person to drop, beside its conditions, each with what that gives', async () => {
    server.answers = ({ path, body }) => {
      if (path.startsWith('/meta/places/')) return { body: [{ uid: 'u', key: 'B001', display: '临江营业部' }] };
      if (path.endsWith('/query')) return paged({ rows: body.unit ? [] : [row(1, 'C3', '1')] });
      if (!path.endsWith('/count')) return undefined;
      return counted(body.unit === undefined ? 5 : body.served_by === undefined ? 2 : body.condition ? 0 : 1);
    };
    const user = await open('?unit=B001&served=&where=["level","in","C3"]');
    await waitFor(() => expect(screen.getAllByTestId('drop-place')).toHaveLength(2));
    const lines = () => screen.getAllByTestId('drop-place').map((way) => way.parentElement?.textContent?.trim());
    await waitFor(() => expect(lines()).toEqual(['机构 临江营业部 → 5', '服务人员 未分配 → 2']));
    expect(screen.getByTestId('drop-condition').parentElement?.textContent).toContain('风险等级 属于 稳健 → 1');
    await user.click(screen.getAllByTestId('drop-place')[0] as HTMLElement);
    expect(await rows()).toHaveLength(1);
    expect(address()).toBe('/records/party?served=&where=["level","in","C3"]');
  });
  it('does not say that there have never been any', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/query') ? paged({ rows: [] }) : path.endsWith('/count') ? counted(0) : undefined;
    await open('?served=');
    expect((await screen.findByTestId('state-empty')).textContent).toContain('没有符合条件的客户');
  });
});

describe('what is counted of a list', () => {
  it('is counted again when its rows were read later', async () => {
    let read = '2026-03-18T02:00:00Z';
    server.answers = ({ path }) => {
      if (path.endsWith('/query'))
        return paged({ first: 1, next_cursor: 'n', as_of: { records: read, warehouse: null } });
      return path.endsWith('/count') ? counted(sent('/count').length, read) : undefined;
    };
    const user = await open();
    const count = async () => (await screen.findByTestId('list-count')).textContent;
    expect(await count()).toBe('符合条件 1');
    await rows();
    read = '2026-03-18T02:00:30Z';
    await user.click(screen.getByTestId('page-next'));
    await waitFor(async () => expect(await count()).toBe('符合条件 2'));
    expect(sent('/count')).toHaveLength(2);
  });
  it('fades with the rows while the next answer is on its way', async () => {
    let answer: () => void = () => undefined;
    const slow = new Promise<void>((done) => (answer = done));
    server.answers = ({ path, body }) =>
      path.endsWith('/query') && body.condition ? { ...paged({ rows: [row(9, 'C3', '1')] }), after: slow } : undefined;
    const user = await open();
    await rows();
    const fading = () => ['list-count', 'list-page'].map((id) => screen.getByTestId(id).className.includes('fading'));
    await waitFor(() => expect(fading()).toEqual([false, false]));
    await user.click(screen.getByTestId('add-condition'));
    await user.click(await screen.findByTitle('备注'));
    await user.click(within(await screen.findByTestId('condition-operator')).getByRole('combobox'));
    await user.click(await screen.findByTitle('不为空'));
    await waitFor(() => expect(fading()).toEqual([true, true]));
    answer();
    await waitFor(() => expect(fading()).toEqual([false, false]));
  });
});

describe('groups by a column that is not shown', () => {
  it('are made of it all the same', async () => {
    await open('?group=level&columns=name,asset');
    await screen.findByText('本页 2 / 共 70 条');
    expect((await screen.findAllByTestId('group')).map((head) => head.textContent?.slice(0, 2))).toEqual([
      '稳健',
      '积极',
    ]);
    expect(last('/query')?.columns).toEqual(['name', 'asset', 'level']);
    expect(screen.getByTestId('group-by').textContent).toContain('按风险等级分组');
    expect(screen.queryByTestId('sort-level')).toBeNull();
  });
  it('are told where records are not grouped by it', async () => {
    await open('?group=name');
    expect((await screen.findByTestId('dropped')).textContent).toContain('1 项列、排序或分组设置');
    expect(screen.getByTestId('group-by').textContent).toContain('不分组');
  });
  it('add up in one unit, heads and whole', async () => {
    const sums = (amount: string) => ({ sums: { asset: [{ amount, currency: 'CNY' }] }, missing: { asset: 0 } });
    server.answers = ({ path }) =>
      path.endsWith('/groups')
        ? {
            body: {
              groups: [
                { value: 'C3', count: 2, ...sums('75058500.00') },
                { value: 'C4', count: 1, ...sums('32941500.00') },
              ],
              others: null,
              total: { count: 3, ...sums('108000000.00') },
            },
          }
        : undefined;
    await open('?group=level');
    expect((await screen.findByTestId('all-groups')).textContent).toContain('总资产合计 10,800.00万');
    expect(screen.getAllByTestId('group').map((head) => head.textContent)).toEqual([
      '稳健2 条总资产合计 7,505.85万',
      '积极1 条总资产合计 3,294.15万',
    ]);
  });
});

describe('an export', () => {
  it('is in the order of the screen', async () => {
    server.answers = ({ path }) =>
      path.endsWith('/export') ? { status: 422, body: { code: 'x', message: '不行' } } : undefined;
    const user = await open('?sort=level.asc,name.desc');
    await rows();
    await user.click(screen.getByTestId('export'));
    await waitFor(() =>
      expect(last('/export')?.sort).toEqual([
        { field: 'level', direction: 'asc' },
        { field: 'name', direction: 'desc' },
      ]),
    );
  });
});
