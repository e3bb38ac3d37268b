// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { draw, serve } from '../../kit/testing';
import { CampaignPage } from './CampaignPage';
import { EffectPage } from './EffectPage';
import { BranchTable } from './EffectTables';

afterEach(cleanup);

const COUNTS = {
  chosen: 77,
  control: 10,
  refused: 0,
  waiting: 0,
  sent: 67,
  unknown: 0,
  failed: 0,
  stopped: 0,
  treated: 67,
};
const CAMPAIGN = {
  uid: 'c1',
  name: '唤醒',
  purpose: '',
  state: 'running',
  audience: { uid: 'a1', name: '沉睡客户' },
  template: { key: 'm', labels: { zh: '问候', en: 'Hello' } },
  product: null,
  product_level: null,
  goal: { expression: 'net_inflow >= 10000', text: '`净流入` >= 10000', days: 20, sentence: '净流入 ≥ 10,000 元' },
  control_percent: 10,
  due_days: 5,
  script: '',
  permitted: [],
  timeline: [],
  counts: null,
  snapshot: null,
  revision: 1,
};
const EFFECT = {
  sentence: '暂无结论',
  business_date: '2026-03-17',
  days: 20,
  observed_days: 3,
  first_day: null,
  counts: COUNTS,
  refusals: [],
  work: { created: 0, done: 0, refusals: [], results: [] },
  measures: [],
  curve: null,
  branches: [],
  checks: [
    { key: 'accounted', ok: true, text: '77 户全部有去向' },
    { key: 'unknown', ok: null, text: '0 条结果未知，不自动重发' },
    { key: 'lost', ok: false, text: '未计入：干预组 9 人，对照组 0 人' },
  ],
  complete: false,
  closing: null,
  current: true,
  made_at: '2026-03-18T00:00:00Z',
  run: null,
};

describe('the pages of a campaign', () => {
  it('say its goal in words, never as it is kept', async () => {
    serve({ 'GET /campaigns/c1': CAMPAIGN });
    draw(<CampaignPage />, '/campaigns/c1', '/campaigns/:uid', { me: { operations: [], clock: {} } });
    expect((await screen.findByTestId('goal-sentence')).textContent).toBe('净流入 ≥ 10,000 元');
    expect(document.body.textContent).not.toContain('net_inflow');
  });

  it('tick what holds, mark what does not, and neither where there is nothing to hold', async () => {
    serve({ 'GET /campaigns/c1': CAMPAIGN, 'GET /campaigns/c1/effect': EFFECT });
    draw(<EffectPage />, '/campaigns/c1/effect', '/campaigns/:uid/effect', { me: { operations: [], clock: {} } });
    await screen.findByTestId('effect-sentence');
    const marks = ['accounted', 'unknown', 'lost'].map((key) => screen.getByTestId(`check-${key}`).children.length);
    expect(marks).toEqual([1, 0, 1]);
  });

  it('say of a campaign for which nobody is chosen what it waits for, and show no zeros', async () => {
    const sentence = '活动还是草稿：确认人数并启动后，才有人群去向与效果';
    const draft = { ...EFFECT, sentence, counts: null, observed_days: 0, made_at: null, checks: [] };
    serve({
      'GET /campaigns/c1': { ...CAMPAIGN, state: 'draft', launched_at: null },
      'GET /campaigns/c1/effect': draft,
    });
    draw(<EffectPage />, '/campaigns/c1/effect', '/campaigns/:uid/effect', { me: { operations: [], clock: {} } });
    expect((await screen.findByTestId('effect-sentence')).textContent).toBe(sentence);
    expect(screen.queryByTestId('effect-chosen')).toBeNull();
    expect(document.body.textContent).not.toMatch(/第 0/);
  });

  it('name the points of a difference in the language of the reader', () => {
    draw(<BranchTable uid="c1" branches={[]} />);
    expect(screen.getByText('差值 个百分点')).toBeTruthy();
  });
});
