import type { Failure, Finding } from '../api';
import { useText } from '../kit/i18n';
import { Icon } from '../kit/Icon';

export const findingText = (finding: Finding, lang: 'zh' | 'en') =>
  (lang === 'en' && finding.message_en) || finding.message;

/** Why a load or a run failed: every finding, or the sentence where there is none. */
export function FailureNotice({ failure }: { failure: Failure }) {
  const { lang } = useText();
  const { message, message_en = '', findings = [] } = failure;
  return (
    <div className="alert" role="alert" data-testid="load-error" style={{ margin: 0 }}>
      <Icon name="broken" />
      <div>
        {findings.length === 0 && ((lang === 'en' && message_en) || message)}
        {findings.map((finding, index) => (
          <p key={index}>{findingText(finding, lang)}</p>
        ))}
      </div>
    </div>
  );
}
