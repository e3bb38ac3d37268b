// @vitest-environment jsdom
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { api } from '../../api/client';
import { address, beforeEachList, cell, META, open, patches, ROWS, server, usual } from './listTesting';

beforeEachList();

describe('a cell changed where it stands', () => {
  const saved = (revision: number, note: string) => ({
    ...ROWS[0],
    revision,
    values: { ...ROWS[0]?.values, note },
    permitted: ['update'],
  });
  const saving: typeof server.answers = ({ method, path, body }) =>
    method === 'PATCH' ? { body: { ...saved(Number(body.revision) + 1, '老客户'), uid: path.slice(-2) } } : undefined;

  it('is saved by Enter on top of the row’s revision, and undone on top of what that made', async () => {
    server.answers = ({ method, body }) =>
      method === 'PATCH'
        ? { body: saved(Number(body.revision) + 1, String((body.values as { note: string }).note)) }
        : undefined;
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('大客户'));
    await user.click(await screen.findByTestId('cell-undo'));
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('老客户'));
    expect(patches()).toEqual([
      { revision: 1, values: { note: '大客户' } },
      { revision: 2, values: { note: '老客户' } },
    ]);
    expect(address()).toBe('/records/party');
  });
  it('is empty again when it was empty before the change', async () => {
    server.answers = saving;
    const user = await open();
    await user.dblClick(await cell(2, 'open'));
    await user.click(screen.getByTestId('cell-open'));
    await user.keyboard('{Enter}');
    await user.click(await screen.findByTestId('cell-undo'));
    await waitFor(() => expect(patches().map((one) => one.values)).toEqual([{ open: true }, { open: null }]));
  });
  it('says after a while that the server does not answer yet', async () => {
    let answer: () => void = () => undefined;
    const after = new Promise<void>((done) => (answer = done));
    server.answers = (asked) =>
      asked.method === 'PATCH' ? { ...saving(asked), body: saved(2, '大客户'), after } : undefined;
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    expect(screen.queryByText('正在保存，服务器暂无响应')).toBeNull();
    expect(await screen.findByText('正在保存，服务器暂无响应')).toBeTruthy();
    answer();
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('大客户'));
    expect(screen.queryByText('正在保存，服务器暂无响应')).toBeNull();
  });
  it('forgets that the line was broken once it carries again, and keeps what was typed', async () => {
    const away = { status: 503, body: { code: 'unavailable', message: '数据库暂不可用' } };
    server.answers = ({ method }) => (method === 'PATCH' ? away : undefined);
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    await screen.findByTestId('cell-refused');
    await act(() => api.get('/me'));
    expect(screen.queryByTestId('cell-refused')).toBeNull();
    expect(screen.getByTestId<HTMLInputElement>('cell-note').value).toBe('大客户');
  });
  it('is set to no where it had neither: the box says that there is nothing, then yes, then no', async () => {
    server.answers = saving;
    const user = await open();
    await user.dblClick(await cell(2, 'open'));
    const box = () => screen.getByTestId<HTMLInputElement>('cell-open');
    expect((await cell(2, 'open')).querySelector('.ant-checkbox-indeterminate')).not.toBeNull();
    await user.click(box());
    expect(box().checked).toBe(true);
    await user.click(box());
    expect(box().checked).toBe(false);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(patches()).toEqual([{ revision: 2, values: { open: false } }]));
  });
  it('saves a day by one Enter, and never another one than stands in it', async () => {
    server.answers = saving;
    const user = await open();
    const day = () => screen.getByTestId<HTMLInputElement>('cell-until');
    const type = async (text: string) => {
      await user.clear(day());
      await user.type(day(), text);
    };
    await user.dblClick(await cell(1, 'until'));
    for (const wrong of ['2027-13-45', '2027-02-30', '31/12/2026']) {
      await type(wrong);
      await user.keyboard('{Enter}');
      expect((await screen.findByRole('alert')).textContent).toBe(`“${wrong}”不是日期`);
      await user.keyboard('{Enter}');
      expect(day().value).toBe(wrong);
    }
    await type('2027-05-05');
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await type('2027-02-30');
    await user.click(screen.getByTestId('cell-save'));
    expect((await screen.findByRole('alert')).textContent).toBe('“2027-02-30”不是日期，已恢复原值');
    expect(patches()).toEqual([]);
    await type('2027-05-05');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByTestId('cell-until')).toBeNull());
    expect(patches()).toEqual([{ revision: 1, values: { until: '2027-05-05' } }]);
  });
  it.each(['{Enter}', '{Escape}'])(
    'takes a day out of the calendar and has the focus and its keys again: %s',
    async (key) => {
      server.answers = saving;
      const user = await open();
      await user.dblClick(await cell(1, 'until'));
      await user.click(screen.getByTestId('cell-until'));
      const day = await screen.findByTitle('2026-12-10');
      day.closest<HTMLElement>('[tabindex]')?.focus();
      await user.click(day);
      await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('cell-until')));
      await user.keyboard(key);
      await waitFor(() => expect(screen.queryByTestId('cell-until')).toBeNull());
      expect(patches()).toEqual(key === '{Enter}' ? [{ revision: 1, values: { until: '2026-12-10' } }] : []);
    },
  );
  it('reads an amount in the unit of its column, which stands in the box', async () => {
    server.answers = saving;
    const user = await open('?columns=name,limit');
    expect(await screen.findByText('额度 万')).toBeTruthy();
    await user.dblClick(await cell(1, 'limit'));
    expect((await cell(1, 'limit')).querySelector('.ant-input-affix-wrapper')?.textContent).toBe('万');
    await user.keyboard('50{Enter}');
    await waitFor(() => expect(patches()[0]?.values).toEqual({ limit: { amount: '500000', currency: 'CNY' } }));
  });
  it.each([
    ['limit', '12a'],
    ['age', '12.5'],
    ['age', '十二'],
  ])('is not saved with what is no value: %s %s', async (key, text) => {
    const user = await open('?columns=name,limit,age');
    await user.dblClick(await cell(1, key));
    await user.clear(screen.getByTestId(`cell-${key}`));
    await user.type(screen.getByTestId(`cell-${key}`), text);
    await user.keyboard('{Enter}');
    expect((await screen.findByRole('alert')).textContent).not.toBe('');
    expect(screen.getByTestId(`cell-${key}`)).toHaveProperty('value', text);
    expect(patches()).toEqual([]);
  });
  it('is as it was after Escape, and what was not changed is not sent', async () => {
    const user = await open();
    (await cell(1, 'note')).focus();
    await user.keyboard('{F2}别的{Escape}');
    expect((await cell(1, 'note')).textContent).toBe('老客户');
    expect(await cell(1, 'note')).toBe(document.activeElement);
    await user.keyboard('{F2}{Enter}');
    expect(screen.queryByTestId('cell-note')).toBeNull();
    expect(patches()).toEqual([]);
  });
  it('tells at the cell why it was refused, and keeps what was typed', async () => {
    server.answers = ({ method }) =>
      method === 'PATCH'
        ? {
            status: 422,
            body: { code: 'invalid', message: '没有保存', findings: [{ code: 'x', message: '备注过长' }] },
          }
        : undefined;
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('长{Enter}');
    expect((await screen.findByTestId('cell-refused')).textContent).toContain('备注过长');
    expect(screen.getByTestId('cell-note')).toHaveProperty('value', '长');
  });
  it('goes on from the newer record when somebody else was faster', async () => {
    let revision = 1;
    server.answers = (asked) => {
      if (asked.method === 'PATCH' && asked.body.revision === 1) {
        revision = 5;
        return { status: 409, body: { code: 'stale_revision', message: '已被修改' } };
      }
      if (asked.method === 'PATCH') return { body: saved(6, '大客户') };
      return asked.path.endsWith('/query')
        ? { body: { ...(usual(asked) as object), rows: [{ ...ROWS[0], revision }] } }
        : undefined;
    };
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    await user.click(await screen.findByTestId('cell-reload'));
    await waitFor(() => expect(screen.queryByTestId('cell-stale')).toBeNull());
    await user.click(screen.getByTestId('cell-note'));
    await user.keyboard('{Enter}');
    await waitFor(async () => expect((await cell(1, 'note')).textContent).toBe('大客户'));
    expect(patches().map((one) => one.revision)).toEqual([1, 5]);
  });
  it('asks before what was typed is lost: for another cell, another page, another order, the menu', async () => {
    server.answers = (asked) =>
      asked.path.endsWith('/query') ? { body: { ...(usual(asked) as object), next_cursor: 'n' } } : undefined;
    const user = await open();
    const stay = async () => {
      await user.click(await screen.findByTestId('unsaved-stay'));
      await waitFor(() => expect(screen.queryByTestId('unsaved-stay')).toBeNull());
      expect(screen.getByTestId('cell-note')).toHaveProperty('value', '大客户');
    };
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户');
    await user.dblClick(await cell(2, 'note'));
    await stay();
    await user.click(screen.getByTestId('page-next'));
    await stay();
    await user.click(screen.getByTestId('sort-name'));
    await stay();
    await user.click(screen.getByTestId('menu'));
    await stay();
    expect(address()).toBe('/records/party');
    await user.dblClick(await cell(2, 'note'));
    await user.click(await screen.findByTestId('unsaved-leave'));
    await waitFor(() => expect(screen.getByTestId('cell-note')).toHaveProperty('value', ''));
    expect(patches()).toEqual([]);
  });
  it('has the focus again when somebody stays, by Escape, too', async () => {
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户');
    for (const leave of [
      async () => user.dblClick(await cell(2, 'note')),
      () => user.click(screen.getByTestId('menu')),
    ]) {
      await leave();
      await screen.findByTestId('unsaved-stay');
      await user.keyboard('{Escape}');
      await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('cell-note')));
    }
    await user.keyboard('{Enter}');
    await waitFor(() => expect(patches()).toEqual([{ revision: 1, values: { note: '大客户' } }]));
  });
  it('says whose record was changed, and that it is not undone when somebody else was faster', async () => {
    server.answers = ({ method, body }) => {
      if (method !== 'PATCH') return undefined;
      return body.revision === 1
        ? { body: { ...saved(2, '大客户'), display: 'E00101' } }
        : { status: 409, body: { code: 'stale_revision', message: '已被修改' } };
    };
    const user = await open();
    await user.dblClick(await cell(1, 'note'));
    await user.keyboard('大客户{Enter}');
    expect((await screen.findByText(/备注已修改/)).textContent).toBe('客户1：备注已修改 撤销');
    await user.click(screen.getByTestId('cell-undo'));
    expect(await screen.findByText('撤销未成功：记录已被他人修改')).toBeTruthy();
  });
  it('is none of the source’s own, unless the record was made by hand, and none for whoever may not change records', async () => {
    await open();
    expect(await cell(1, 'level')).toBeNull();
    expect(await cell(1, 'note')).not.toBeNull();
    cleanup();
    server.answers = (asked) =>
      asked.path.endsWith('/query')
        ? { body: { ...(usual(asked) as object), rows: [{ ...ROWS[0], from_source: false }] } }
        : undefined;
    await open();
    expect(await cell(1, 'level')).not.toBeNull();
    cleanup();
    server.answers = ({ path }) => (path === '/meta/objects/party' ? { body: { ...META, operations: [] } } : undefined);
    await open();
    expect(await cell(1, 'note')).toBeNull();
    expect(screen.queryAllByRole('checkbox')).toHaveLength(4);
  });
});
