// @vitest-environment jsdom
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { LoadDetail } from '../../api';
import { draw } from '../../kit/testing';
import { Answers, EffectsPanel, FailedSince, WaitingNotice } from './Effects';

afterEach(() => {
  cleanup();
  Reflect.deleteProperty(window, 'matchMedia');
});

const effect = (kind: string, count: number, waits: boolean) => ({
  kind,
  about: { zh: '服务关系', en: 'Coverage' },
  count,
  of: 100,
  allowed: 0.05,
  at_most: kind === 'create',
  waits,
  units: [],
  examples: [],
});
const LOAD = {
  uid: 'l1',
  file: 'coverage.csv',
  state: 'waiting',
  answerable: true,
  undoable: false,
  effects: [effect('end', 12, true), effect('leave', 40, true), effect('create', 1, false)],
} as unknown as LoadDetail;

describe('a file that waits for a person', () => {
  it('is loaded on a word that repeats what it does beyond what it may', async () => {
    draw(<Answers load={LOAD} />);
    fireEvent.click(screen.getByTestId('load-accept'));
    const asked = await screen.findByRole('dialog');
    expect(within(asked).getByText('服务关系：终止 12（现有 100）')).toBeTruthy();
    expect(within(asked).getByText('服务关系：文件中不再出现 40（现有 100）')).toBeTruthy();
    expect(within(asked).queryByText(/新增/)).toBeNull();
  });

  it('keeps on a phone the share and the one that is allowed', async () => {
    const narrow = { matches: true, addEventListener: () => undefined, removeEventListener: () => undefined };
    // What is drawn furnishes a window as wide as a desk.
    Object.defineProperty(window, 'matchMedia', { get: () => () => narrow, set: () => undefined, configurable: true });
    draw(<EffectsPanel load={LOAD} />);
    expect(await screen.findByText('占 12.0%，上限 5%')).toBeTruthy();
  });

  it('says of rows that may join records that are there how many are new at most', async () => {
    draw(<EffectsPanel load={LOAD} />);
    expect((await screen.findByText('最多新增')).title).toContain('可能并入已有记录');
    expect(screen.queryByText('新增')).toBeNull();
  });
});

describe('a load that is taken back', () => {
  const DONE = {
    ...LOAD,
    state: 'done',
    answerable: false,
    undoable: true,
    effects: [],
    rows_loaded: 1006,
  } as LoadDetail;
  const asked = async (load: LoadDetail) => {
    draw(<Answers load={load} />);
    fireEvent.click(screen.getByTestId('load-undo'));
    return (await screen.findByRole('dialog')).textContent;
  };

  it('names the file that is put back, its day and its rows', async () => {
    const before = { file: 'short.csv', business_date: '2026-03-17', rows_loaded: 3 };
    expect(await asked({ ...DONE, puts_back: [before] })).toMatch(
      /恢复为“short.csv”的数据：业务日期 \S*03-17，3 行（本文件 1,006 行）/,
    );
  });

  it('says that nothing is left where there was no file before', async () => {
    const said = await asked({ ...DONE, puts_back: [] });
    expect(said).toContain('没有更早的文件：本文件的 1,006 行将立即清空');
    expect(said).not.toContain('先等待人工确认');
  });

  it('says of the file before that waits that the data stay, and leads to what is taken back', async () => {
    draw(<WaitingNotice load={{ ...LOAD, undoes: 'l7' }} />);
    expect((await screen.findByRole('alert')).textContent).toContain('确认前数据不变');
    expect(screen.getByRole('link').getAttribute('href')).toBe('/loads/l7');
  });
});

describe('a file that a later one was to correct', () => {
  it('says that the later one failed, and where it is told why', async () => {
    draw(<FailedSince load={{ ...LOAD, failed_since: { uid: 'l2', file: 'coverage-2.csv' } }} />);
    expect((await screen.findByRole('alert')).textContent).toContain('“coverage-2.csv”导入失败，数据仍是本文件的');
    expect(screen.getByRole('link').getAttribute('href')).toBe('/loads/l2');
  });
});
