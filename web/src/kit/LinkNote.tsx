import { useState } from 'react';
import { useText } from './i18n';
import { Icon } from './Icon';

/** What a link said and its page does not follow, one sentence each; without a word it would pass for what was meant. */
export function LinkNote({ sentences, onClose }: { sentences: string[]; onClose: () => void }) {
  const { t } = useText();
  if (sentences.length === 0) return null;
  return (
    <div className="panel-note row gap-8" role="status" data-testid="dropped">
      <div>
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <button type="button" className="plain right row" aria-label={t('common.close')} onClick={onClose}>
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}

/** Whether a note about a link was closed, or what it is about has changed since: the page is another one then. */
export function useNoteClosed(about: readonly unknown[]): readonly [boolean, () => void] {
  const [closed, setClosed] = useState(false);
  const [first] = useState(about);
  if (!closed && about.some((one, at) => one !== first[at])) setClosed(true);
  return [closed, () => setClosed(true)];
}
