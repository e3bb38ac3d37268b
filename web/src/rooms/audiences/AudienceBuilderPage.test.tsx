// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Audience, Expression, Vocabulary } from '../../api';
import { draw, serve, type Answers, type Asked } from '../../kit/testing';
import { AudienceBuilderPage } from './AudienceBuilderPage';

afterEach(cleanup);

const labels = (zh: string) => ({ zh, en: zh });
const VOCABULARY: Vocabulary = {
  business_date: '2026-03-17',
  visible_total: 1000,
  groups: [
    {
      key: 'indicator',
      labels: labels('指标'),
      items: [
        { key: 'total_asset', labels: labels('总资产'), type: 'decimal', format: 'money', unit: '元' },
        { key: 'last_trade_date', labels: labels('最近成交日'), type: 'date', format: 'date' },
      ],
    },
    {
      key: 'field',
      labels: labels('客户属性'),
      items: [
        { key: 'is_margin', labels: labels('两融'), type: 'boolean', format: 'text' },
        {
          key: 'risk_level',
          labels: labels('风险承受等级'),
          type: 'choice',
          format: 'tag',
          options: [
            { key: 'C4', labels: labels('C4 积极型'), status: null },
            { key: 'C5', labels: labels('C5 激进型'), status: null },
          ],
        },
      ],
    },
  ],
};
const LONG_AGO: Expression = {
  op: '<',
  left: { field: 'last_trade_date' },
  right: { op: '-', left: { param: 'business_date' }, right: { value: 30, type: 'integer' } },
};
const RICH: Expression = { op: '>=', left: { field: 'total_asset' }, right: { value: '300000.0', type: 'decimal' } };
const NOT_HIGHEST: Expression = { op: '!=', left: { field: 'risk_level' }, right: { value: 'C5', type: 'text' } };

const audienceOf = (condition: Expression): Audience => ({
  uid: 'a1',
  name: '沉睡客户',
  description: '',
  condition,
  sentence: '',
  count: 7,
  business_date: '2026-03-17',
  owner: { name: '沈聿' },
  permitted: ['update', 'delete'],
  revision: 3,
  snapshots: 0,
  updated_at: '2026-03-17T08:00:00Z',
});

const SAMPLE = [
  {
    uid: 'p1',
    display: '周*仪',
    values: { risk_level: 'C5', total_asset: '8624700', last_trade_date: '2026-03-12', unheard_of: 'x' },
  },
];

/** The server: every node is met by 7 and unknown of `unknown`. */
function open(condition: Expression, unknown = 0) {
  const paths = ['', 'and.0', 'and.1', 'and.2', 'or.0', 'or.1', 'and.0.or.0', 'and.1.not.0'];
  const answers: Answers = {
    'GET /audiences/vocabulary': VOCABULARY,
    'GET /audiences/a1': audienceOf(condition),
    'GET /audiences/a1/snapshots': { items: [] },
    'POST /audiences/sample': { rows: SAMPLE, business_date: '2026-03-17' },
    'POST /audiences/words': { words: labels('最近成交日 早于 业务日前 30 天') },
    'POST /audiences/preview': {
      count: 7,
      visible_total: 1000,
      total_asset: null,
      business_date: '2026-03-17',
      elapsed_ms: 3,
      nodes: paths.map((path) => ({ path, count: 7, unknown })),
    },
    'PATCH /audiences/a1': ({ body }: Asked) => ({ ...audienceOf(condition), ...(body as object), revision: 4 }),
  };
  const asked = serve(answers);
  const me = { clock: { data_due: '2026-03-17' }, operations: ['audience.create', 'campaign.create'] };
  const drawn = draw(<AudienceBuilderPage />, '/audiences/a1', '/audiences/:uid', { me });
  const sent = (what: string) => asked.filter((one) => `${one.method} ${one.path}` === what).map((one) => one.body);
  return { ...drawn, sent };
}

const count = () => screen.findByTestId('audience-count');

async function saved(sent: (what: string) => unknown[]): Promise<unknown> {
  await waitFor(() => expect(screen.getByTestId('audience-save').hasAttribute('disabled')).toBe(false));
  fireEvent.click(screen.getByTestId('audience-save'));
  fireEvent.click(await screen.findByTestId('audience-save-confirm'));
  await waitFor(() => expect(sent('PATCH /audiences/a1')).toHaveLength(1));
  return (sent('PATCH /audiences/a1')[0] as { condition: unknown }).condition;
}

async function choose(select: HTMLElement, option: string) {
  fireEvent.mouseDown(select.querySelector('.ant-select-content, .ant-select-selector') ?? select);
  fireEvent.click(await screen.findByText(option, { selector: '.ant-select-item-option-content' }));
}

describe('the condition builder', () => {
  it('shows of each person of the sample what the server tells, each value as it is', async () => {
    open(RICH);
    const row = await screen.findByTestId('sample-row');
    expect(
      within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent),
    ).toEqual(['周*仪', 'C5 激进型', '862.47万', '03-12', '']);
  });

  it('shows what it cannot edit as a sentence and saves it as it was', async () => {
    const condition = { and: [LONG_AGO, RICH] };
    const { sent } = open(condition);
    await count();
    const sentence = screen.getByTestId('condition-sentence');
    await within(sentence).findByText('最近成交日 早于 业务日前 30 天');
    expect(within(sentence).queryByRole('combobox')).toBeNull();
    expect(screen.getAllByTestId('condition-row')).toHaveLength(1);
    expect(sent('POST /audiences/words')).toEqual([{ condition: LONG_AGO }]);
    expect(sent('POST /audiences/preview')[0]).toEqual({ condition, nodes: true, unknown: true });
    expect(await saved(sent)).toEqual(condition);
  });

  it('removes a sentence when told to and leaves the rest', async () => {
    const { sent } = open({ and: [LONG_AGO, RICH] });
    await count();
    fireEvent.click(within(screen.getByTestId('condition-sentence')).getByTestId('row-menu'));
    const items = await screen.findAllByRole('menuitem');
    expect(items.map((item) => item.textContent)).toEqual(['移除']);
    fireEvent.click(items[0] as HTMLElement);
    expect(screen.queryByTestId('condition-sentence')).toBeNull();
    expect(await saved(sent)).toEqual({ and: [RICH] });
  });

  it('reads what is typed in the unit of the field, or in the unit that is typed', async () => {
    const { sent } = open({ and: [LONG_AGO, RICH] });
    await count();
    const value = screen.getByTestId<HTMLInputElement>('condition-value');
    expect(value.value).toBe('30');
    fireEvent.change(value, { target: { value: '1亿2千' } });
    expect(screen.getByRole('alert').textContent).toContain('不是数字');
    expect(screen.getByTestId('audience-save').hasAttribute('disabled')).toBe(true);
    fireEvent.change(value, { target: { value: '3亿' } });
    expect(screen.queryByRole('alert')).toBeNull();
    const changed = { ...RICH, right: { value: '300000000', type: 'decimal' } };
    expect(await saved(sent)).toEqual({ and: [LONG_AGO, changed] });
  });

  it('says how many have no value, and asks about a negation', async () => {
    const { sent } = open({ and: [RICH, NOT_HIGHEST] }, 412);
    await count();
    expect(await screen.findAllByTestId('no-value')).toHaveLength(1);
    expect(screen.getByTestId('no-value').textContent).toBe('412 户没有值');
    // Where a line is full, what is done with it moves to the next with its count, never alone.
    for (const menu of screen.getAllByTestId('row-menu'))
      expect(within(menu.parentElement as HTMLElement).getByTestId('row-count')).toBeTruthy();
    const asked = screen.getByTestId('blank-choice');
    expect(asked.textContent).toContain('412 户没有值，现不算，算不算？');
    await choose(asked, '没有值的也算');
    const explicit = { or: [NOT_HIGHEST, { op: 'is_empty', left: { field: 'risk_level' } }] };
    expect(await saved(sent)).toEqual({ and: [RICH, explicit] });
  });

  it('asks about no of yes or no as of any negation, and says at once of bounds that they include nothing', async () => {
    const no: Expression = { op: '=', left: { field: 'is_margin' }, right: { value: false, type: 'boolean' } };
    const bounds = [
      { value: '50', type: 'decimal' as const },
      { value: '10', type: 'decimal' as const },
    ];
    const { sent } = open({ and: [no, { op: 'between', left: { field: 'total_asset' }, right: bounds }] }, 412);
    await count();
    expect(screen.getByTestId('bounds-turned').textContent).toBe('下限大于上限');
    await choose(await screen.findByTestId('blank-choice'), '没有值的也算');
    const [condition] = [await saved(sent)] as [{ and: Expression[] }];
    expect(condition.and[0]).toEqual({ or: [no, { op: 'is_empty', left: { field: 'is_margin' } }] });
  });

  it('says of a step that bars those who meet all at once what it does, and of one that bars any', async () => {
    open({ and: [RICH, { not: { and: [RICH, NOT_HIGHEST] } }, { not: { or: [RICH, NOT_HIGHEST] } }] });
    await count();
    expect(await screen.findByText('且 不同时满足（2 个条件）')).toBeTruthy();
    expect(screen.getByText('且 都不满足（2 个条件）')).toBeTruthy();
  });

  it('says of a step that those without a value count', async () => {
    open({ and: [RICH, { or: [NOT_HIGHEST, { op: 'is_empty', left: { field: 'risk_level' } }] }] });
    await count();
    expect(await screen.findByText(/^且 .* 没有值的也算$/)).toBeTruthy();
  });

  it('asks nothing where nobody lacks a value', async () => {
    open({ and: [RICH, NOT_HIGHEST] });
    await count();
    expect(screen.queryByTestId('blank-choice')).toBeNull();
    expect(screen.queryByTestId('no-value')).toBeNull();
  });
});
