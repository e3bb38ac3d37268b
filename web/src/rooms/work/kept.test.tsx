// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createMemoryRouter, Link, RouterProvider, useLocation } from 'react-router';
import { afterEach, expect, it } from 'vitest';
import { searchOf, useShown } from './shown';

afterEach(cleanup);

/** When addresses arrive; usually at once. */
let addresses = Promise.resolve();

function holdAddresses() {
  let arrive = () => {};
  addresses = new Promise((resolve) => (arrive = resolve));
  return () => act(async () => arrive());
}

function List() {
  const { shown, show } = useShown();
  const { pathname, search } = useLocation();
  return (
    <>
      <button onClick={() => show({ kind: 'approval' })}>kind</button>
      <button onClick={() => show({ overdue: !shown.overdue })}>overdue</button>
      <Link to="/work?view=done">done</Link>
      <output data-testid="shown">{new URLSearchParams(searchOf(shown)).toString()}</output>
      <output data-testid="address">{pathname + search}</output>
    </>
  );
}

async function open(search = '') {
  addresses = Promise.resolve();
  const route = {
    path: '/work',
    element: <List />,
    loader: () => addresses.then(() => null),
    hydrateFallbackElement: <></>,
  };
  const router = createMemoryRouter([route], { initialEntries: [`/work${search}`] });
  render(<RouterProvider router={router} />);
  await screen.findByTestId('shown');
  return router;
}

const press = (text: string) => fireEvent.click(screen.getByText(text));
const said = (id: string) => screen.getByTestId(id).textContent;

it('shows what was asked for at once, and its late addresses take none of it back', async () => {
  await open();
  const arrive = holdAddresses();
  press('kind');
  press('overdue');
  expect(said('shown')).toBe('kind=approval&overdue=1');
  expect(said('address')).toBe('/work');
  await arrive();
  expect([said('shown'), said('address')]).toEqual(['kind=approval&overdue=1', '/work?kind=approval&overdue=1']);
});

it('goes there and back before an address arrives, and on from what it shows', async () => {
  await open('?kind=approval');
  const arrive = holdAddresses();
  press('overdue');
  press('overdue');
  expect(said('shown')).toBe('kind=approval');
  await arrive();
  expect([said('shown'), said('address')]).toEqual(['kind=approval', '/work?kind=approval']);
  press('overdue');
  expect(said('shown')).toBe('kind=approval&overdue=1');
});

it('is that of a link, and of the way back', async () => {
  const router = await open();
  await act(async () => press('kind'));
  await act(async () => press('done'));
  expect([said('shown'), said('address')]).toEqual(['view=done', '/work?view=done']);
  await act(() => router.navigate(-1));
  expect([said('shown'), said('address')]).toEqual(['kind=approval', '/work?kind=approval']);
  await act(async () => press('overdue'));
  expect(said('address')).toBe('/work?kind=approval&overdue=1');
});
