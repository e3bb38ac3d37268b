import { describe, expect, it } from 'vitest';
import type { BriefData } from '../api/types';
import { lateFirst } from './brief';

type Part = BriefData['parts'][number];
const plain = (text: string): Part => ({ text, tone: 'plain' });
const late = (text: string): Part => ({ text, tone: 'late' });
const sentence = (parts: Part[]) => lateFirst(parts).map((part) => part.text).join('');

describe('the sentence of a home', () => {
  it('leads with what is late', () => {
    const parts = [plain('今天到期 2 件'), plain('，'), late('3 件已超时'), plain('，'), plain('共 9 件待办')];
    expect(sentence(parts)).toBe('3 件已超时，今天到期 2 件，共 9 件待办');
    expect(lateFirst(parts)[0]?.tone).toBe('late');
  });
  it('has one capital in English at most', () => {
    expect(sentence([plain('Nothing is due today'), plain(', '), late('3 overdue')])).toBe('3 overdue, nothing is due today');
  });
  it('stays as it is when nothing is late', () => {
    expect(sentence([plain('Nothing is due today'), plain(', '), plain('9 open in all')])).toBe('Nothing is due today, 9 open in all');
  });
});
