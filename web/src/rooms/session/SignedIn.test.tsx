// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { draw, Refusal, serve } from '../../kit/testing';
import { SignedIn } from './SignedIn';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it('says over a first page that the server is away, and goes on by itself once it is back', async () => {
  let away = true;
  const answer = (otherwise: unknown) => () => (away ? new Refusal(503, { message: '数据库暂不可用' }) : otherwise);
  serve({
    'GET /me': answer(new Refusal(401, { code: 'sign_in_required', message: '' })),
    'GET /session': answer({ signed_in: false, csrf: 'x' }),
  });
  draw(<SignedIn />);
  expect((await screen.findByTestId('unreachable')).textContent).toContain('连上后自动读取');
  expect((await screen.findByTestId('state-error')).textContent).toContain('数据库暂不可用');
  away = false;
  await waitFor(() => expect(screen.queryByTestId('unreachable')).toBeNull(), { timeout: 15_000 });
  await waitFor(() => expect(screen.queryByTestId('state-error')).toBeNull());
});

const ME = {
  employee_no: 'E1',
  name: '林晓岚',
  lang: 'zh',
  roles: [],
  units: [],
  operations: [],
  menu: [],
  home: '',
  firm: { zh: '知客', en: 'Zhike' },
  clock: { now: '2026-03-18T02:00:00Z', today: '2026-03-18', is_trading_day: true, data_due: '2026-03-17' },
  idle_timeout_seconds: 900,
  password_due: null,
};

it('keeps what was typed for a first password where the sign-in is lost meanwhile', async () => {
  serve({
    'GET /me': { ...ME, password_due: 'given', password_rules: [] },
    'POST /me/password': new Refusal(403, { code: 'sign_in_changed', message: '登录状态已失效，请重新登录' }),
  });
  draw(<SignedIn />);
  for (const name of ['current', 'new', 'repeat'])
    fireEvent.change(await screen.findByTestId(`password-${name}`), { target: { value: 'Kong-Shan-2026' } });
  fireEvent.click(screen.getByTestId('password-confirm'));
  expect(await screen.findByTestId('session-ended')).toBeTruthy();
  expect(screen.getByTestId<HTMLInputElement>('password-new').value).toBe('Kong-Shan-2026');
});

describe('a page in one of two windows', () => {
  const windows = new BroadcastChannel('zhike.session');
  afterAll(() => windows.close());

  it('is gone once the server says that somebody else is signed in', async () => {
    let isOther = false;
    const other = new Refusal(409, { code: 'session.other_person', message: '登录已换人' });
    serve({ 'GET /me': () => (isOther ? other : ME) });
    const { client } = draw(<SignedIn />);
    expect(await screen.findByText('林晓岚')).toBeTruthy();
    isOther = true;
    await act(() => client.invalidateQueries({ queryKey: ['me'] }));
    expect((await screen.findByTestId('other-person')).textContent).toContain('已由另一人登录');
    expect(screen.queryByText('林晓岚')).toBeNull();
    expect(screen.getByTestId('other-reload').textContent).toBe('重新载入');
  });
  it('learns from the other window who is signed in, without a request', async () => {
    const asked = serve({ 'GET /me': ME });
    draw(<SignedIn />);
    await screen.findByText('林晓岚');
    const before = asked.length;
    windows.postMessage(null);
    expect(await screen.findByTestId('session-ended')).toBeTruthy();
    expect(asked).toHaveLength(before);
    windows.postMessage('E1');
    await waitFor(() => expect(screen.queryByTestId('session-ended')).toBeNull());
    const resumed = asked.length;
    windows.postMessage('E2');
    expect((await screen.findByTestId('other-person')).textContent).not.toContain('E2');
    expect(asked).toHaveLength(resumed);
  });
  it('signs nobody in again where somebody else is, and tells no window so', async () => {
    const other = new Refusal(409, { code: 'session.other_person', message: '登录已换人' });
    serve({ 'GET /me': ME, 'GET /session': other });
    draw(<SignedIn />);
    await screen.findByText('林晓岚');
    windows.postMessage(null);
    const word = await screen.findByTestId('sign-in-password');
    const told: unknown[] = [];
    windows.onmessage = ({ data }) => void told.push(data);
    fireEvent.change(word, { target: { value: 'x' } });
    fireEvent.click(screen.getByTestId('sign-in-submit'));
    expect(await screen.findByTestId('other-person')).toBeTruthy();
    expect(told).toEqual([]);
  });
  it('tells the other window whom it stands for', async () => {
    const told: unknown[] = [];
    windows.onmessage = ({ data }) => void told.push(data);
    serve({ 'GET /me': ME });
    draw(<SignedIn />);
    await screen.findByText('林晓岚');
    await waitFor(() => expect(told).toContain('E1'));
  });
});
