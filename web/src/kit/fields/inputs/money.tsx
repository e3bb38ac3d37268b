import { Select, Space } from 'antd';
import type { MoneyValue } from '../../../api';
import { moneyColumnUnit, type Lang } from '../../format';
import { useText } from '../../i18n';
import { NumberInput } from '../../NumberInput';
import type { Typing } from '../../plain';
import type { EditProps } from '../kind';
import { typingOf } from '../typing';
import { HOME, isMoney } from '../values';

const OFTEN = [HOME, 'HKD', 'USD', 'EUR', 'GBP', 'JPY'];

/** How an amount is typed; which currency it is in is said beside it. */
const amountsOf = (currency: string, lang: Lang): Typing => ({
  ...typingOf({ format: 'money', unit: currency }, lang),
  beside: moneyColumnUnit(lang),
});

export function Edit({ field, testId, value, onChange, id }: EditProps) {
  const { t, lang } = useText();
  const given: MoneyValue = isMoney(value)
    ? value
    : { amount: (value as string | undefined) ?? null, currency: field.currency ?? HOME };
  const set = (changed: Partial<MoneyValue>) => {
    const next = { ...given, ...changed };
    onChange?.(next.amount === null || next.amount === '' ? undefined : next);
  };
  return (
    <Space.Compact block>
      <NumberInput
        id={id}
        data-testid={testId}
        typing={amountsOf(given.currency, lang)}
        value={given.amount}
        onChange={(amount) => set({ amount })}
        style={{ width: '100%' }}
      />
      <Select
        value={given.currency}
        onChange={(currency: string) => set({ currency })}
        options={[...new Set([given.currency, ...OFTEN])].map((currency) => ({ value: currency, label: currency }))}
        showSearch={false}
        popupMatchSelectWidth={false}
        style={{ width: 86 }}
        aria-label={t('common.currency')}
        data-testid={`${testId}-currency`}
      />
    </Space.Compact>
  );
}
