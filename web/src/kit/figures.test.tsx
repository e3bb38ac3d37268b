// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Change, Money, MoneyCell } from './figures';
import { draw } from './testing';

afterEach(cleanup);

it('small amounts in a column of 万 are said in yuan, nothing stays 0.00', () => {
  draw(
    <>
      <p data-testid="cells">
        <MoneyCell value="45.20" /> <MoneyCell value="0" /> <MoneyCell value="-3" /> <MoneyCell value="123456" />
      </p>
      <p data-testid="changes">
        <Change cell value="45.20" /> <Change cell value="0" /> <Change cell value="-3" />
      </p>
      <p data-testid="alone">
        <MoneyCell alone value="45.20" /> <MoneyCell alone value="123456" /> <Change cell alone value="-30000" />
      </p>
      <p data-testid="foreign">
        <MoneyCell foreign value="45.20" />
      </p>
    </>,
  );
  const text = (id: string) => screen.getByTestId(id).textContent;
  expect(text('cells')).toBe('45.20元 0.00 −3.00元 12.35');
  expect(text('changes')).toBe('+45.20元 0.00 −3.00元');
  expect(text('alone')).toBe('45.20元 12.35万 −3.00万');
  expect(text('foreign')).toBe('0.004520');
});

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
