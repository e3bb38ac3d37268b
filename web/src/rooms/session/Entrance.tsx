import type { ReactNode } from 'react';
import { useText } from '../../kit/i18n';

const STEPS = {
  zh: ['汇入数据', '认识客户', '选定客群', '合规触达', '人工跟进', '对照衡量'],
  en: ['Load', 'Know', 'Choose', 'Reach', 'Serve', 'Measure'],
};

/** What stands before the platform: its name on one side, what is to be done first on the other. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  const { t, lang } = useText();
  return (
    <div className="sign-in">
      <aside className="side-dark">
        <div className="mark">知</div>
        <h1>{t('session.tagline')}</h1>
        <ol aria-hidden>
          {STEPS[lang].map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <p className="small">{t('session.notice')}</p>
      </aside>
      <main className="form-side">
        <div className="sign-in-card">
          <h2>{title}</h2>
          {children}
        </div>
      </main>
    </div>
  );
}
