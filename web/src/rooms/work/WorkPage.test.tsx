// @vitest-environment jsdom
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { draw, Refusal, serve } from '../../kit/testing';
import { WorkPage } from './index';

afterEach(cleanup);

const PAGE = {
  items: [],
  next_cursor: null,
  counts: { open: 0, free: 0, done: 0, overdue: 0, due_today: 0, shown: 0 },
  kinds: [{ key: 'approval', labels: { zh: '审批', en: 'Approval' }, by_hand: false }],
};
const known = { me: { employee_no: 'E1', operations: [], clock: {} } };
const said = async () => (await screen.findByTestId('dropped')).textContent;

it('says of a link which of its parts the list does not follow, and shows the rest', async () => {
  serve({ 'GET /work': PAGE });
  draw(<WorkPage />, '/work?kind=abc&tab=nope&overdue=1', '/work', known);
  await waitFor(async () => expect(await said()).toBe('链接中有无法识别或重复的内容，未生效：tab=nope；类型 abc'));
  expect(screen.getByTestId('work-kind').textContent).toContain('全部类型');
});

it('shows the list without a unit that there is not', async () => {
  let without = false;
  serve({
    'GET /meta/places/unit': [],
    'GET /work': () => (without ? PAGE : new Refusal(422, { code: 'organization.unknown_unit', message: '没有机构' })),
  });
  draw(<WorkPage />, '/work?unit=ZZZZ', '/work', known);
  without = true;
  await waitFor(async () => expect(await said()).toContain('机构 ZZZZ'));
  expect(screen.queryByTestId('unit-chip')).toBeNull();
  expect(screen.queryByTestId('state-error')).toBeNull();
});
