// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { FieldMeta, ObjectMeta } from '../../api';
import { draw, Refusal, serve, type Answers } from '../../kit/testing';
import { CorrectionPage } from './CorrectionPage';
import { aField, anObject, aRecord } from './formTesting';

afterEach(cleanup);

const kept = (key: string, zh: string, more: Partial<FieldMeta> = {}) =>
  aField(key, zh, 'text', { owner: 'source', ...more });
const META: ObjectMeta = {
  ...anObject([
    aField('remark', '备注', 'text'),
    kept('city', '城市'),
    kept('mobile', '手机', { masked: true }),
    kept('secret', '密级', { refused: true }),
  ]),
  corrected: true,
};
const RECORD = aRecord({ remark: '老客户', city: '上海', mobile: '138****1234' }, { from_source: true });

function open(answers: Answers = {}) {
  const asked = serve({
    'GET /meta/objects/note': META,
    'GET /objects/note/records/u1': RECORD,
    'POST /objects/note/records/u1/corrections': { work: 'w1' },
    ...answers,
  });
  draw(<CorrectionPage />, '/records/note/u1/correct', '/records/:object/:uid/correct');
  return () => asked.filter((one) => one.method === 'POST').map((one) => one.body);
}

const fill = async (id: string, text: string) =>
  fireEvent.change(await screen.findByTestId(id), { target: { value: text } });
const send = async () => fireEvent.click(await screen.findByTestId('correct-send'));

describe('asking for a correction', () => {
  it('takes what a source keeps, and of a masked value nothing but a new one', async () => {
    const sent = open();
    await fill('input-city', '苏州');
    expect(screen.queryByTestId('input-remark')).toBeNull();
    expect(screen.queryByTestId('input-secret')).toBeNull();
    await fill('correct-why', '客户迁居');
    await send();
    await screen.findByTestId('elsewhere');
    expect(sent()).toEqual([{ values: { city: '苏州' }, reason: '客户迁居' }]);
  });

  it('asks why before anything is sent, and keeps what the server found wrong at its field', async () => {
    const wrong = { code: 'record.no_change', field: 'city', message: '城市：与现有值相同', message_en: '' };
    const sent = open({
      'POST /objects/note/records/u1/corrections': new Refusal(422, {
        code: 'invalid',
        message: '',
        findings: [wrong],
      }),
    });
    await fill('input-city', '苏州');
    await send();
    expect(await screen.findByText(/至少 4 个字/)).toBeTruthy();
    expect(sent()).toEqual([]);
    await fill('correct-why', '客户迁居');
    await send();
    expect(await screen.findByText('城市：与现有值相同')).toBeTruthy();
  });

  it('says so where no source keeps anything', async () => {
    open({ 'GET /objects/note/records/u1': aRecord({ city: '上海' }) });
    expect(await screen.findByText(/没有由来源系统维护的项/)).toBeTruthy();
    expect(screen.queryByTestId('correct-send')).toBeNull();
  });
});
