// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { DayStamp } from './marks';
import { draw, serve } from './testing';
import { useMe } from '../api/hooks';

afterEach(cleanup);

function Stamps({ day }: { day: string }) {
  const known = useMe().data;
  return known ? (
    <>
      <DayStamp date={day} />
      <DayStamp date={day} frozen />
    </>
  ) : null;
}

describe('how old figures are', () => {
  it('says that newer ones are missing once they are due, but not of a day that is past for good', async () => {
    serve({ 'GET /me': { clock: { data_due: '2026-03-18' } } });
    draw(<Stamps day="2026-03-17" />);
    const late = await screen.findByTestId('stamp-late');
    expect(late.textContent).toBe('数据截至 03-17 日终，03-18 的数据未到');
    expect(screen.getAllByText(/数据截至/)).toHaveLength(2);
    expect(screen.getAllByTestId('stamp-late')).toHaveLength(1);
  });

  it('is calm while nothing newer is due', async () => {
    serve({ 'GET /me': { clock: { data_due: '2026-03-17' } } });
    draw(<Stamps day="2026-03-17" />);
    await screen.findAllByText('数据截至 03-17 日终');
    expect(screen.queryByTestId('stamp-late')).toBeNull();
  });
});
