// @vitest-environment jsdom
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
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
