// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { FieldMeta, ObjectMeta, RecordDetail } from '../../api';
import { draw, Refusal, serve, type Answers } from '../../kit/testing';
import { RecordCreatePage, RecordEditPage } from './RecordForm';

afterEach(cleanup);

const field = (key: string, zh: string, type: string, more: Partial<FieldMeta> = {}): FieldMeta => ({
  key,
  type,
  web: type,
  format: 'text',
  help: null,
  currency: null,
  sortable: true,
  asked: '',
  labels: { zh, en: key },
  options: [],
  owner: 'desk',
  required: false,
  written: null,
  default: null,
  readonly: false,
  masked: false,
  refused: false,
  unmaskable: false,
  kind: 'field',
  role: null,
  unit: null,
  target: null,
  ...more,
});

const FIELDS = [
  field('title', '主题', 'text', { required: true }),
  field('limit', '额度', 'decimal'),
  field('credit', '比例', 'percent', { unit: '%' }),
  field('days', '天数', 'integer'),
  field('budget', '预算', 'money', { currency: 'CNY' }),
  field('portion', '份额', 'percent'),
  field('code', '编号', 'text', { readonly: true }),
];
const META: ObjectMeta = {
  key: 'note',
  role: null,
  labels: { zh: '记录', en: 'Note' },
  display: ['title'],
  beyond: [],
  fields: FIELDS,
  form: { fields: FIELDS.map((one) => one.key) } as ObjectMeta['form'],
  detail: { sections: [] } as unknown as ObjectMeta['detail'],
  list: {} as ObjectMeta['list'],
  operations: ['create', 'update'],
  page: null,
  refinements: [],
  version: 1,
};
const RECORD: RecordDetail = {
  uid: 'u1',
  display: '回访',
  revision: 3,
  values: { title: '回访', limit: '1.5', credit: '30', days: 7, code: 'A1' },
  refused: [],
  permitted: ['update'],
  from_source: false,
  source: null,
  owner: 'E1',
  unit: null,
  security_level: 0,
  created_at: null,
  updated_at: '2026-03-17T08:00:00Z',
  updated_by: 'E1',
};

function open(answers: Answers = {}, edit = false) {
  const asked = serve({
    'GET /meta/objects/note': META,
    'GET /objects/note/records/u1': RECORD,
    'POST /objects/note/records': RECORD,
    'PATCH /objects/note/records/u1': RECORD,
    'POST /objects/note/alike': { fields: [], alike: [] },
    ...answers,
  });
  const drawn = edit
    ? draw(<RecordEditPage />, '/records/note/u1/edit', '/records/:object/:uid/edit')
    : draw(<RecordCreatePage />, '/records/note/new', '/records/:object/new');
  const sent = () => asked.filter((one) => one.method !== 'GET' && !one.path.endsWith('/alike')).map((one) => one.body);
  return { ...drawn, sent };
}

const input = (key: string) => screen.findByTestId<HTMLInputElement>(`input-${key}`);
const fill = async (key: string, text: string) => fireEvent.change(await input(key), { target: { value: text } });
const save = async () => fireEvent.click(await screen.findByTestId('save'));

describe('a form of a record', () => {
  it('sends nothing while something is wrong, and says it at the field', async () => {
    const { sent } = open();
    await fill('limit', '12a,3');
    await fill('credit', '1亿2千');
    await fill('days', '1.5');
    await save();
    expect(await screen.findByText('必填')).toBeTruthy();
    expect(screen.getByText(/不是数字/)).toBeTruthy();
    expect(screen.getByText(/不是百分比/)).toBeTruthy();
    expect(screen.getByText('须为整数')).toBeTruthy();
    expect((await input('limit')).value).toBe('12a,3');
    expect(sent()).toEqual([]);
  });

  it('reads numbers as people write them, percentages where they are meant', async () => {
    const { sent } = open();
    await fill('title', '授信');
    await fill('limit', '1.5万');
    await fill('credit', '15%');
    await fill('days', '１，２00');
    await fill('portion', '20%');
    await save();
    await screen.findByTestId('elsewhere');
    expect(sent()).toEqual([{ values: { title: '授信', limit: '15000', credit: '15', days: 1200, portion: '20' } }]);
  });

  it('reads amounts in the unit that stands in their box, as lists show them', async () => {
    const { sent } = open();
    await fill('title', '预算');
    await fill('budget', '50');
    expect((await input('budget')).closest('.ant-input-affix-wrapper')?.textContent).toBe('万');
    await save();
    await screen.findByTestId('elsewhere');
    expect(sent()).toEqual([{ values: { title: '预算', budget: { amount: '500000', currency: 'CNY' } } }]);
  });

  it('refuses a percentage in a field of other numbers with words', async () => {
    const { sent } = open();
    await fill('title', '授信');
    await fill('limit', '15%');
    await save();
    expect(await screen.findByText('这里不填百分比，请填数值')).toBeTruthy();
    expect(sent()).toEqual([]);
  });

  it('sends only what was changed, and shows what nobody fills in as text', async () => {
    const { sent, router } = open({}, true);
    expect((await input('limit')).value).toBe('1.5');
    expect(screen.queryByTestId('input-code')).toBeNull();
    expect(screen.getByText('A1')).toBeTruthy();
    await fill('days', '9');
    await save();
    await screen.findByTestId('elsewhere');
    expect(sent()).toEqual([{ revision: 3, values: { days: 9 } }]);
    expect(router.state.location.pathname).toBe('/records/note/u1');
  });

  it('says what the server finds wrong at the field, until that is changed', async () => {
    const findings = [{ code: 'too_long', message: '主题太长', field: 'title' }];
    open({ 'POST /objects/note/records': new Refusal(422, { code: 'invalid', message: '有误', findings }) });
    await fill('title', '很长的主题');
    await save();
    expect(await screen.findByText('主题太长')).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('input-title')));
    await fill('title', '短');
    await waitFor(() => expect(screen.queryByText('主题太长')).toBeNull());
  });

  it('keeps what was typed when somebody else has saved meanwhile', async () => {
    open(
      { 'PATCH /objects/note/records/u1': new Refusal(409, { code: 'stale_revision', message: '已被他人修改' }) },
      true,
    );
    await fill('title', '改过的主题');
    await save();
    expect(await screen.findByTestId('stale-notice')).toBeTruthy();
    expect((await input('title')).value).toBe('改过的主题');
  });

  describe('with values that its reader does not see', () => {
    const hidden = [field('phone', '手机', 'phone', { masked: true, owner: 'source', required: true }), ...FIELDS];
    const meta = { ...META, fields: hidden, form: { fields: hidden.map((one) => one.key) } };
    const record = { ...RECORD, values: { ...RECORD.values, phone: '138****1234' } };
    const seen = { 'GET /meta/objects/note': meta, 'GET /objects/note/records/u1': record };

    it('has an empty box for one, which stays while nothing is typed', async () => {
      const { sent } = open(seen, true);
      const box = await input('phone');
      expect([box.value, box.placeholder]).toEqual(['', '已隐藏，输入新值替换']);
      expect(screen.getByTestId('hidden-phone').textContent).toBe('现为 138****1234，留空不变');
      await fill('days', '9');
      await save();
      await screen.findByTestId('elsewhere');
      expect(sent()).toEqual([{ revision: 3, values: { days: 9 } }]);
    });

    it('replaces one by what is typed', async () => {
      const { sent } = open(seen, true);
      await fill('phone', '13911112222');
      await save();
      await screen.findByTestId('elsewhere');
      expect(sent()).toEqual([{ revision: 3, values: { phone: '13911112222' } }]);
    });

    it('leaves one alone that a source keeps', async () => {
      open({ ...seen, 'GET /objects/note/records/u1': { ...record, from_source: true } }, true);
      await input('title');
      expect(screen.queryByTestId('input-phone')).toBeNull();
    });
  });

  it('says who is there already, and sends why it is another one', async () => {
    const rule = {
      fields: ['title'],
      strong: false,
      records: [{ uid: 'u9', display: '王*五', unit: '云岭' }],
      others: true,
    };
    const { sent } = open({ 'POST /objects/note/alike': { fields: ['title'], alike: [rule] } });
    await fill('title', '王小五');
    const told = await screen.findByTestId('alike', {}, { timeout: 4000 });
    expect(told.textContent).toContain('系统中已有主题相同的记录');
    expect(screen.getByTestId('alike-open').getAttribute('href')).toBe('/records/note/u9');
    fireEvent.change(screen.getByTestId('alike-despite'), { target: { value: '父子共用' } });
    await save();
    await screen.findByTestId('elsewhere');
    expect(sent()).toEqual([{ values: { title: '王小五' }, despite: '父子共用' }]);
  });

  it('says what is wrong with a number when it is typed, by its kind', async () => {
    const written = { always: null, by: 'sort', of: { card: 'resident_id' as const } };
    const fields = [...FIELDS, field('sort', '类型', 'text'), field('number', '证件号码', 'text', { written })];
    const meta = { ...META, fields, form: { fields: fields.map((one) => one.key) } };
    open({ 'GET /meta/objects/note': meta });
    await fill('sort', 'card');
    await fill('number', '1101051949123100');
    fireEvent.blur(await input('number'));
    expect(await screen.findByText('居民身份证号码应为 18 位（旧证 15 位），现为 16 位')).toBeTruthy();
  });

  it('is not shown to whoever may not save it', async () => {
    open({ 'GET /meta/objects/note': { ...META, operations: [] } });
    expect(await screen.findByTestId('state-refused')).toBeTruthy();
    expect(screen.queryByTestId('save')).toBeNull();
  });
});
