// @vitest-environment jsdom
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { today } from './clock';
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

it('takes a day of this year without it', async () => {
  const told = vi.fn<(day: string | null) => void>();
  draw(<Held told={told} />);
  const user = userEvent.setup({ delay: null, pointerEventsCheck: 0 });
  await user.clear(screen.getByTestId('day'));
  await user.type(screen.getByTestId('day'), '11-30{Enter}');
  expect(told.mock.calls).toEqual([[`${today().slice(0, 4)}-11-30`]]);
});

it('has the focus again when a day is chosen in its calendar', async () => {
  draw(<Held told={() => undefined} />);
  const user = userEvent.setup({ delay: null, pointerEventsCheck: 0 });
  await user.click(screen.getByTestId('day'));
  const day = await screen.findByTitle('2026-12-10');
  // In a browser the calendar has the focus while it is clicked in, and takes it away with itself.
  day.closest<HTMLElement>('[tabindex]')?.focus();
  expect(document.activeElement).not.toBe(screen.getByTestId('day'));
  await user.click(day);
  await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('day')));
});

it('says that the time is missing where only that is', async () => {
  const told = vi.fn<(day: string | null) => void>();
  draw(<DayInput withTime value="2026-12-31T09:30" onChange={told} data-testid="day" />);
  const user = userEvent.setup({ delay: null, pointerEventsCheck: 0 });
  await user.clear(screen.getByTestId('day'));
  await user.type(screen.getByTestId('day'), '2026-11-30{Enter}');
  expect(screen.getByTestId('day-refused').textContent).toBe('缺少时间，例如 2026-11-30 09:30');
  await user.click(document.body);
  expect(screen.getByTestId('day-refused').textContent).toBe('“2026-11-30”缺少时间，已恢复原值');
  expect(told).not.toHaveBeenCalled();
});
