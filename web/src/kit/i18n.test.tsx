// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { setLanguage, startI18n, useText } from './i18n';

afterEach(cleanup);

function Words() {
  const { t, label } = useText();
  return (
    <p>
      {t('reach.and', { words: '$& {{n}}' })}|{t('reach.recounted')}|{label({ zh: '客户', en: 'Customer' })}
    </p>
  );
}

it('speaks the language that was chosen, fills places in once, and is drawn again when it changes', () => {
  localStorage.clear();
  startI18n();
  render(<Words />);
  const shown = () => screen.getByText(/\|/).textContent;
  expect(shown()).toBe('且 $& {{n}}|已重算  秒|客户');
  act(() => setLanguage('en'));
  expect(shown()).toBe('and $& {{n}}|Recounted in  s|Customer');
  expect(document.documentElement.lang).toBe('en');
  startI18n();
  cleanup();
  render(<Words />);
  expect(shown()).toContain('Customer');
  act(() => setLanguage('zh'));
});
