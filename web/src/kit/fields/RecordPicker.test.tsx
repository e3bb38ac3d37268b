// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { draw } from '../testing';
import { PlaceInput } from './PlaceInput';
import { RecordPicker, type Picked } from './RecordPicker';

const META = { key: 'party', fields: [], list: { columns: [] } };
/** The answers that are still to come, by the text that was asked for. */
let open: Record<string, (names: string[]) => void>;

const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'X-Request-Id': 'R1' } });

beforeEach(() => {
  open = {};
  const later = (q: string, made: (names: string[]) => unknown) =>
    new Promise<Response>((answer) => {
      open[q] = (names) => answer(json(made(names)));
    });
  vi.stubGlobal('fetch', (url: string, given: RequestInit) => {
    const { pathname, searchParams } = new URL(url, 'http://test');
    if (pathname.includes('/meta/places'))
      return later(searchParams.get('q') ?? '', (names) =>
        names.map((name) => ({ uid: name, display: name, key: '' })),
      );
    if (pathname.includes('/meta/')) return Promise.resolve(json(META));
    const { q } = JSON.parse(given.body as string) as { q?: string };
    return later(q ?? '', (names) => ({ rows: names.map((name) => ({ uid: name, display: name, values: {} })) }));
  });
});

function Records() {
  const [value, setValue] = useState<Picked>();
  return (
    <>
      <RecordPicker object="party" testId="pick" value={value} onChange={setValue} />
      <p data-testid="taken">{value?.label}</p>
    </>
  );
}

function Places() {
  const [value, setValue] = useState<Picked>();
  const field = { key: 'branch', target: 'unit' } as never;
  return (
    <>
      <PlaceInput field={field} testId="pick" value={value} onChange={(next) => setValue(next as Picked)} />
      <p data-testid="taken">{value?.label}</p>
    </>
  );
}

const taken = () => screen.getByTestId('taken').textContent;
const box = () => screen.getByRole('combobox');
const asked = (q: string) => vi.waitFor(() => expect(open[q]).toBeDefined(), { timeout: 10_000 });
const answer = (q: string, ...names: string[]) => act(async () => Promise.resolve(open[q]?.(names)));

describe.each([
  ['a record', Records],
  ['a place', Places],
])('Enter before the list is there, for %s', (_what, Picker) => {
  it('waits for the list of the text that stands there and takes its first', async () => {
    draw(<Picker />);
    await userEvent.type(box(), '王强{Enter}');
    expect(taken()).toBe('');
    await asked('王强');
    await answer('王强', '王强', '王强二');
    await vi.waitFor(() => expect(taken()).toBe('王强'), { timeout: 10_000 });
  });

  it('takes nothing that an earlier text found, however late that comes', async () => {
    draw(<Picker />);
    await userEvent.type(box(), '王');
    await asked('王');
    await userEvent.type(box(), '强{Enter}');
    await answer('王', '王一');
    expect(taken()).toBe('');
    expect(screen.queryByText('王一')).toBeNull();
    await asked('王强');
    await answer('王强', '王强');
    await vi.waitFor(() => expect(taken()).toBe('王强'), { timeout: 10_000 });
  });

  it('takes nothing once somebody types on, or where nothing is found', async () => {
    draw(<Picker />);
    await userEvent.type(box(), '王{Enter}强');
    await asked('王强');
    await answer('王强', '王强');
    expect(taken()).toBe('');
    await userEvent.type(box(), '无{Enter}');
    await asked('王强无');
    await answer('王强无');
    expect(taken()).toBe('');
  });
});
