// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Change, Money, MoneyCell } from './figures';
import { draw } from './testing';

afterEach(cleanup);

it('amounts that are shown in 万 or 亿 say the exact figure to whoever points at them', () => {
  draw(
    <>
      <Money value="3429000.55" />
      <MoneyCell value="-123456789.01" />
      <Change value="-650.4" />
      <Change value="5.83" unit="%" />
    </>,
  );
  expect(screen.getByTitle('3,429,000.55').textContent).toBe('342.90万');
  expect(screen.getByTitle('−123,456,789.01').textContent).toBe('−12,345.68');
  expect(screen.getByTitle('−650.40').textContent).toBe('−650.40元');
  expect(screen.getByText(/5\.83/).getAttribute('title')).toBeNull();
});
