// @vitest-environment jsdom
import { useQuery } from '@tanstack/react-query';
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError } from '../api/client';
import { Empty, ErrorState, QueryState, Skeleton } from './states';
import { draw, Refusal, serve } from './testing';

afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

const fault = (status: number, body: { code?: string; message?: string } = {}) => new ApiError(status, body, 'R42');

describe('what a block shows instead of its content', () => {
  it('says that there is nothing, and what may be done', () => {
    draw(<Empty title="还没有客群" text="用指标组合条件" actions={<button type="button">新建</button>} />);
    expect(screen.getByTestId('state-empty').textContent).toContain('还没有客群');
    expect(screen.getByRole('button', { name: '新建' })).toBeTruthy();
  });

  it('a refusal is no error and offers no second try', () => {
    draw(<ErrorState error={fault(403, { code: 'refused', message: '没有权限' })} retry={() => undefined} />);
    expect(screen.getByTestId('state-refused').textContent).toContain('没有权限');
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('a session that has ended behind a dialog is no refusal', () => {
    draw(<ErrorState error={fault(403, { code: 'sign_in_changed', message: '登录状态已失效，请重新登录' })} />);
    expect(screen.queryByTestId('state-refused')).toBeNull();
    expect(screen.getByTestId('state-signed-out').textContent).toBe('登录状态已失效，请重新登录');
  });

  it('an address that leads nowhere leads home', () => {
    draw(<ErrorState error={fault(422, { code: 'too_costly', message: '太费时' })} retry={() => undefined} />);
    expect(screen.getByText('太费时')).toBeTruthy();
    expect(screen.queryByText('重试')).toBeNull();
    draw(<ErrorState error={fault(404)} />);
    expect(screen.getByTestId('state-not-found')).toBeTruthy();
    expect(screen.getByRole('link').getAttribute('href')).toBe('/');
  });

  it('a fault is said in the words of the server, with its request number', async () => {
    const retry = vi.fn();
    draw(<ErrorState error={fault(500, { code: 'error', message: '服务器内部错误' })} retry={retry} />);
    const shown = screen.getByTestId('state-error').textContent;
    expect(shown).toContain('服务器内部错误');
    expect(shown).toContain('R42');
    await userEvent.click(screen.getByRole('button', { name: /重试/ }));
    expect(retry).toHaveBeenCalledTimes(1);
  });

  it('a page of which nothing was read does not say that the rest of it is not affected', () => {
    draw(<ErrorState error={new Error('?')} page />);
    expect(screen.getByTestId('state-error').textContent).toBe('没有取到本页的数据没有数据丢失，请稍后重试。');
  });

  it('a server that is away is not said to have failed', () => {
    draw(<ErrorState error={fault(0, { code: 'offline' })} />);
    expect(screen.getByRole('heading').textContent).toBe('连不上服务器');
  });

  it('waiting is drawn after a moment only', () => {
    vi.useFakeTimers();
    draw(<Skeleton rows={3} />);
    const list = screen.getByLabelText('加载中');
    expect([list.style.visibility, list.children.length, list.getAttribute('aria-busy')]).toEqual([
      'hidden',
      3,
      'true',
    ]);
    act(() => void vi.advanceTimersByTime(300));
    expect(list.style.visibility).toBe('visible');
  });
});

function Count() {
  const query = useQuery({ queryKey: ['audiences'], queryFn: () => api.get('/audiences') });
  return (
    <>
      <QueryState query={query}>{({ items }) => <p data-testid="count">{items.length}</p>}</QueryState>
      <button type="button" onClick={() => void query.refetch()}>
        again
      </button>
    </>
  );
}

describe('what is read', () => {
  it('fails in its place, and is there after another try', async () => {
    let away = true;
    serve({ 'GET /audiences': () => (away ? new Refusal(503, { message: '数据库暂时不可用' }) : { items: [] }) });
    draw(<Count />);
    expect((await screen.findByTestId('state-error')).textContent).toContain('数据库暂时不可用');
    away = false;
    await userEvent.click(screen.getByRole('button', { name: /重试/ }));
    expect((await screen.findByTestId('count')).textContent).toBe('0');
  });

  it('stays while it is read again, and when that fails', async () => {
    let away = false;
    const asked = serve({ 'GET /audiences': () => (away ? new Refusal(503) : { items: [] }) });
    draw(<Count />);
    await screen.findByTestId('count');
    away = true;
    await userEvent.click(screen.getByRole('button', { name: 'again' }));
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(screen.getByTestId('count').textContent).toBe('0');
    expect(screen.queryByTestId('state-error')).toBeNull();
  });
});
