// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { draw, Refusal, serve } from '../../kit/testing';
import { NightPage } from './NightPage';

afterEach(cleanup);

const TRADES = { zh: '柜台成交', en: 'Counter trades' };
const NIGHT = {
  business_date: '2026-03-17',
  deadline: '2026-03-18T01:00:00Z',
  calendar_lacks: null,
  published: null,
  computed_at: null,
  files: [],
  steps: [],
  missing: [],
  by_itself: true,
  restates: [],
  late: 0,
  elsewhere: 0,
  others: [],
  strangers: [],
  schedules: [],
};
const STRANGER = {
  file: 'trade 0317.csv',
  size: 2048,
  written_at: '2026-03-17T11:00:00Z',
  near: 'counter_trade',
  expected: 'counter_trade_20260317.csv',
};
const ME = { clock: { data_due: null }, operations: ['night.read', 'night.run', 'load.create'] };

/** The page of a night, or of the refusal that the server gives instead; what was asked of it is returned. */
function open(night: unknown, answers: Record<string, unknown> = {}) {
  const asked = serve({
    'GET /night': night,
    'GET /sources': { items: [{ key: 'counter_trade', labels: TRADES, example: 'counter_trade_20260318.csv' }] },
    'GET /runs': { items: [], pending: { loads: 0, business_date: null, next: null } },
    ...answers,
  });
  draw(<NightPage />, '/night', '/night', { me: ME });
  return asked;
}

const refusal = (status: number, code: string, message: string) =>
  new Refusal(status, { code, message, facts: {}, findings: [] });

describe('the page of the night', () => {
  it('says of a day that no calendar knows which years there are, and leads to tonight', async () => {
    open(refusal(422, 'calendar.outside', '交易日历没有 2031 年的数据。已有：2026'));
    expect((await screen.findByTestId('state-empty')).textContent).toContain('没有 2031 年的数据');
    expect(screen.getByText('看今晚的跑批')).toBeTruthy();
  });

  it('says where the calendar ends, and asks for no deadline then', async () => {
    open({ ...NIGHT, deadline: null, calendar_lacks: 2027, missing: [TRADES], files: [] });
    expect((await screen.findByTestId('night-calendar')).textContent).toContain('交易日历缺 2027 年');
    expect(screen.getByText('业务日 03-17')).toBeTruthy();
  });

  it('says that there are no sources yet, and of nothing that it was published', async () => {
    open(NIGHT);
    expect((await screen.findByTestId('night-headline')).textContent).toBe(
      '03-17 还没有跑批，也没有发布过数据还没有数据来源，没有可计算的数据。',
    );
    expect(within(screen.getByTestId('night-files')).getByTestId('state-empty').textContent).toContain('业务包');
  });

  it('offers no computing of a day that lacks files, and says which', async () => {
    open({ ...NIGHT, missing: [TRADES] });
    const button = await screen.findByTestId('night-compute');
    expect(button.hasAttribute('disabled')).toBe(true);
    expect(button.title).toBe('还缺：柜台成交，到齐后才能跑批');
  });

  it('says why a day is not computed, and stays', async () => {
    open(NIGHT, { 'POST /night/compute': refusal(422, 'stage.day_missing', '03-17 的数据未到齐，还缺：柜台成交') });
    fireEvent.click(await screen.findByTestId('night-compute'));
    fireEvent.click(await screen.findByTestId('night-compute-confirm'));
    expect(await screen.findByText('03-17 的数据未到齐，还缺：柜台成交')).toBeTruthy();
    expect(screen.getByTestId('night-headline')).toBeTruthy();
  });

  it('goes on showing what it knew when it cannot be read again, and says since when', async () => {
    const answers = [NIGHT, refusal(500, 'internal', '服务器出错')];
    open(() => answers.shift() ?? refusal(500, 'internal', '服务器出错'), { 'POST /night/run': { run: 'r1' } });
    fireEvent.click(await screen.findByTestId('night-run'));
    expect((await screen.findByTestId('night-unrefreshed')).textContent).toMatch(/^刷新失败，以下是 \d\d:\d\d 的情况/);
    expect(screen.getByTestId('night-headline')).toBeTruthy();
  });

  it('says that nothing is left to do only where nothing stands under what is to be done', async () => {
    const file = { source: 'counter_trade', labels: TRADES, owner: '', state: 'done', load: 'l1', due_at: null };
    const partly = { ...file, file: 'a.csv', rows: 2, rejected: 1, without_record: 0, before: null, usual: null };
    open({ ...NIGHT, computed_at: NIGHT.deadline, files: [{ ...partly, band: null, newest: null }] });
    expect((await screen.findByTestId('night-first')).textContent).toBe('有 1 个文件要处理，见下方“要处理”。');
  });

  it('names first what failed of another day that came in this night', async () => {
    const file = {
      source: 'counter_trade',
      labels: TRADES,
      owner: '',
      due_at: null,
      file: 'a.csv',
      rows: 0,
      rejected: 0,
    };
    const rest = { without_record: 0, before: null, usual: null, band: null, newest: null };
    const done = { ...file, ...rest, state: 'done', load: 'l8' };
    const failed = { ...file, ...rest, state: 'failed', load: 'l9', first_date: '2026-03-19', last_date: '2026-03-19' };
    open({ ...NIGHT, computed_at: NIGHT.deadline, files: [done], others: [failed] });
    expect((await screen.findByTestId('night-headline')).textContent).toContain('1 个文件导入失败');
    expect(within(screen.getByTestId('night-first')).getByRole('link').getAttribute('href')).toBe('/loads/l9');
  });

  it('loads a file that nobody expects as what somebody says', async () => {
    const answer = { 'POST /night/strangers': { run: 'r1' } };
    const file = { source: 'counter_trade', labels: TRADES, owner: '', state: 'done', load: null, due_at: null };
    const asked = open({ ...NIGHT, computed_at: NIGHT.deadline, files: [file], strangers: [STRANGER] }, answer);
    expect((await screen.findByTestId('night-first')).textContent).toContain('1 个文件无法识别');
    const row = await screen.findByTestId('night-stranger');
    await within(row).findByText('像“柜台成交”：counter_trade_20260317.csv');
    fireEvent.click(within(row).getByTestId('stranger-load'));
    fireEvent.click(await screen.findByTestId('stranger-start'));
    await waitFor(() => expect(asked.filter((one) => one.method === 'POST')).toHaveLength(1));
    expect(asked.find((one) => one.method === 'POST')?.body).toEqual({
      file: 'trade 0317.csv',
      source: 'counter_trade',
      business_date: null,
    });
  });
});
