import { setLanguage, useText } from '../../kit/i18n';
import { Entrance } from './Entrance';
import { SignInCard } from './SignInCard';

export function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  const { t, lang } = useText();
  return (
    <Entrance title={t('session.title')}>
      <SignInCard onSignedIn={onSignedIn} />
      <p className="notice">
        <button
          type="button"
          className="plain link reach"
          onClick={() => setLanguage(lang === 'zh' ? 'en' : 'zh')}
          data-testid="sign-in-language"
        >
          {t('shell.language')}
        </button>
      </p>
    </Entrance>
  );
}
