// @vitest-environment jsdom
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { DayInput } from './DayInput';
import { draw } from './testing';

afterEach(cleanup);

function Held({ told }: { told: (day: string | null) => void }) {
  const [day, hold] = useState<string | null>('2026-12-31');
  const take = (next: string | null) => {
    hold(next);
    told(next);
  };
  return <DayInput value={day} onChange={take} data-testid="day" />;
}

it('gives the day that is typed last, never one that its calendar held before', async () => {
  const told = vi.fn<(day: string | null) => void>();
  draw(<Held told={told} />);
  const user = userEvent.setup({ delay: null, pointerEventsCheck: 0 });
  const day = () => screen.getByTestId<HTMLInputElement>('day');
  await user.click(day());
  await user.click(await screen.findByTitle('2026-12-10'));
  for (const text of ['20270505', '2027/6/1']) {
    await user.clear(day());
    await user.type(day(), text);
    await user.keyboard('{Enter}');
  }
  await user.clear(day());
  await user.type(day(), '2027-02-30{Enter}');
  expect(screen.getByTestId('day-refused').textContent).toBe('“2027-02-30”不是日期');
  await user.click(document.body);
  expect(screen.getByTestId('day-refused').textContent).toBe('“2027-02-30”不是日期，已恢复原值');
  await waitFor(() => expect(day().value).toBe('2027-06-01'));
  expect(told.mock.calls).toEqual([['2026-12-10'], ['2027-05-05'], ['2027-06-01']]);
});
