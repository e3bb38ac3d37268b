import { describe, expect, it } from 'vitest';
import { today } from './clock';
import { givenBy, isWhole, isPercentage, plainDay, readNumber, readTyped, shifted, shownText, wholeOf } from './plain';

describe('what is typed', () => {
  it('in full width is a number', () => {
    const typed = ['１２３', '３０．５', '－７', '−7', '１，２３４．５', '12,000', '30。5', '8', ' 8 '];
    expect(typed.map(readNumber)).toEqual(['123', '30.5', '-7', '-7', '1234.5', '12000', '30.5', '8', '8']);
    expect(givenBy('')).toBe('');
  });
  it('is a number with its commas before every three digits only, and refused as it stands else', () => {
    const numbers = ['1,375', '1,234,567.89', '-1,000', '0', '-0.5', '1.299', '12345678901234567890.12'];
    expect(numbers.map(readNumber)).toEqual([
      '1375',
      '1234567.89',
      '-1000',
      '0',
      '-0.5',
      '1.299',
      '12345678901234567890.12',
    ]);
    const none = [
      '13,75',
      '1３，75',
      '12,3,4',
      '1 234',
      '1.299,00',
      '1,37',
      '1,3750',
      '0,375',
      '1234,567',
      '1,',
      ',375',
      '1.',
      '.5',
      '007',
      '+5',
      '1e5',
      '5元',
      '¥5',
      '12a',
      '1.2.3',
      '--5',
      '5-',
      '1\u00a0234',
      "1'234",
      '٣',
      '12、345',
    ];
    expect(none.map(readNumber)).toEqual(none.map(() => null));
    const short = ['.5', '+5', '007']; // read from whoever types, not sent so
    const left = none.filter((text) => !short.includes(text));
    expect(left.map((text) => givenBy(text))).toEqual(left);
  });
  it('is a number that prints as it was typed but for its groups, or none: of every text of a few signs', () => {
    const signs = ['0', '1', '2', '5', ',', '.', '-', ' ', 'e'];
    const texts = (length: number): string[] =>
      length === 0 ? [''] : texts(length - 1).flatMap((text) => signs.map((sign) => text + sign));
    for (const text of texts(5)) {
      const number = readNumber(text);
      if (number === null) continue;
      const [whole = '', fraction = ''] = number.split('.');
      const grouped =
        new Intl.NumberFormat('en-US').format(BigInt(whole.replace('-', ''))) + (fraction && `.${fraction}`);
      expect([number, (number.startsWith('-') ? '-' : '') + grouped]).toContain(text.trim());
    }
  });
  it('of money may end in 元, whatever the unit of its field', () => {
    const money = { money: true, places: 4 };
    const texts = ['30万元', '30 万 元', '1.5亿元', '300000元', '1,000元', '30', '30万'];
    const numbers = ['300000', '300000', '150000000', '300000', '1000', '300000', '300000'];
    expect(texts.map((text) => readTyped(text, money))).toEqual(numbers);
    expect(['元', '万元', '30元元', '30元万', '30元5'].map((text) => readTyped(text, money))).toEqual(
      Array.from({ length: 5 }, () => null),
    );
    expect(readTyped('30元')).toBeNull();
  });
  it('may end in what its field counts, after the word for its zeros', () => {
    const trades = { units: ['笔', 'trades'] };
    const texts = ['3笔', '３ 笔', '1.5万笔', '1,000笔', '3 Trades', '2k trades', '3'];
    expect(texts.map((text) => readTyped(text, trades))).toEqual(['3', '3', '15000', '1000', '3', '2000', '3']);
    const none = ['笔', '3笔笔', '笔3', '3天', '3元', '三笔'];
    expect(none.map((text) => readTyped(text, trades))).toEqual(none.map(() => null));
    expect(readTyped('3笔')).toBeNull();
    // A unit that says zeros is no other one, and a currency is not shifted by the unit of its column.
    expect(readTyped('50万', { places: 4, money: true, units: ['万'] })).toBe('500000');
    expect(['50USD', '50 usd', '5万USD'].map((text) => readTyped(text, { places: 4, units: ['USD'] }))).toEqual([
      '50',
      '50',
      '50000',
    ]);
  });
  it('may end in the word for its zeros', () => {
    const amounts: [string, string][] = [
      ['1万', '10000'],
      ['1.5万', '15000'],
      ['3亿', '300000000'],
      ['2千', '2000'],
      ['2千万', '20000000'],
      ['0.1万亿', '100000000000'],
      ['1.23456789012345678亿', '123456789.012345678'],
      ['90071992547409.93万', '900719925474099300'],
      ['-3.5万', '-35000'],
      ['０．３ 亿', '30000000'],
      ['1，200万', '12000000'],
      ['1,000', '1000'],
      ['300k', '300000'],
      ['1.2M', '1200000'],
      ['0.3bn', '300000000'],
    ];
    expect(amounts.map(([text]) => readTyped(text))).toEqual(amounts.map(([, number]) => number));
    const none = [
      '万',
      '1亿2千',
      '1万5',
      '1万元',
      '一万',
      '1,2万',
      '1.万',
      '万1',
      '1千千',
      '1百',
      '1kk',
      '1 2万',
      '15%',
    ];
    expect(none.map((text) => readTyped(text))).toEqual(none.map(() => null));
    expect(none.map((text) => givenBy(text))).toEqual(none);
  });
  it('is in the unit of its field unless it names one', () => {
    const wan = { places: 4 };
    expect(['30', '1.5', '3亿', '5千', '2万'].map((text) => readTyped(text, wan))).toEqual([
      '300000',
      '15000',
      '300000000',
      '5000',
      '20000',
    ]);
    expect([shownText('3亿', '300000000', wan), shownText('', '300000000', wan), shownText('12a', '12a', wan)]).toEqual(
      ['3亿', '30000', '12a'],
    );
  });
  it('is written in short, with a sign before it, or in English words', () => {
    const texts = ['50w', '50W', '0.5w', '.5', '-.5', '.5万', '+5', '+.5', '1.5 million', '2 billion', '3 thousand'];
    const numbers = ['500000', '500000', '5000', '0.5', '-0.5', '5000', '5', '0.5', '1500000', '2000000000', '3000'];
    expect(texts.map((text) => readTyped(text))).toEqual(numbers);
    expect(['+5%', '.5%'].map((text) => readTyped(text, { percent: true }))).toEqual(['5', '0.5']);
    const none = ['五十万', '1e2', '1万5', '++5', '+-5', '+', '.', '5.', '-', '50ww', '1.5millions', '¥5', '$5'];
    expect(none.map((text) => readTyped(text))).toEqual(none.map(() => null));
  });
  it('is a percentage only where the field holds percentages', () => {
    const percent = { percent: true };
    expect(['15%', '１５％', '0.5 %', '-3%', '15'].map((text) => readTyped(text, percent))).toEqual([
      '15',
      '15',
      '0.5',
      '-3',
      '15',
    ]);
    expect(['15%%', '%', '1万%', '15%1'].map((text) => readTyped(text, percent))).toEqual([null, null, null, null]);
    expect(['15%', '１５％', '15', '%', '12a%'].map(isPercentage)).toEqual([true, true, false, false, false]);
    expect(shownText('15%', '15', percent)).toBe('15%');
  });
  it('stays as it was typed while the field holds its number', () => {
    expect(
      ['1.50', '1,375', '13,75', '１２', ''].map((typed, index) =>
        shownText(typed, ['1.5', '1375', '13,75', '12', ''][index] ?? ''),
      ),
    ).toEqual(['1.50', '1,375', '13,75', '１２', '']);
    expect([shownText('1.50', '2'), shownText('', '0'), shownText('12', '')]).toEqual(['2', '0', '']);
  });
  it('is sent as a whole number only if it is one, exactly', () => {
    expect(['12', '1,375', 7, '12,3,4', '13,75', '1.5', '1 234', '', '12345678901234567890'].map(wholeOf)).toEqual([
      12,
      1375,
      7,
      '12,3,4',
      '13,75',
      '1.5',
      '1 234',
      '',
      '12345678901234567890',
    ]);
    expect(['12', '-12', '1,375', '1.0', '13,75'].map(isWhole)).toEqual([true, true, true, false, false]);
  });
  it('may have zeros before it that say nothing', () => {
    expect(['０５', '05', '-007.5', '00', '0.50', '05万', '+05'].map((text) => readTyped(text))).toEqual([
      '5',
      '5',
      '-7.5',
      '0',
      '0.50',
      '50000',
      '5',
    ]);
  });
  it('is moved by powers of ten without losing a digit', () => {
    expect([
      shifted('1.5', 4),
      shifted('15000', -4),
      shifted('0.1', 4),
      shifted('-0.00012', 3),
      shifted('12345678901234567.89', 4),
      shifted('0', 4),
      shifted('-5', -3),
      shifted('1.50', 0),
    ]).toEqual(['15000', '1.5', '1000', '-0.12', '123456789012345678900', '0', '-0.005', '1.5']);
  });
  it('as a day may be spelled in several ways', () => {
    for (const text of [
      '2026-09-01',
      '20260901',
      '2026/9/1',
      '2026/09/01',
      '2026.9.1',
      '2026年9月1日',
      '２０２６－０９－０１',
    ]) {
      expect(plainDay(text)).toBe('2026-09-01');
    }
    expect(plainDay('2026/9/1 8:05')).toBe('2026-09-01 08:05');
  });
  it('as a day of this year may be without it, as days are shown', () => {
    const year = today().slice(0, 4);
    for (const text of ['12-31', '12/31', '12月31日', '１２－３１']) expect(plainDay(text)).toBe(`${year}-12-31`);
    expect(plainDay('9-1 8:05')).toBe(`${year}-09-01 08:05`);
  });
  it('and is no day is left as it is', () => {
    const none = ['abc', '2026', '202611', '2026091', '1/9/2026'];
    expect(none.map(plainDay)).toEqual(none);
  });
});
