import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { api } from '../../api/client';
import type { WorkDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { datetime } from '../../kit/format';
import type { WorkReport } from './changed';

type Said = WorkDetail['comments'][number];

/** What somebody said, or did with the work and why. */
function Remark({ said }: { said: Said }) {
  const { t } = useText();
  const by = said.by?.name ?? t('work.bySystem');
  const did = said.act === 'release' && !said.to ? 'freed' : said.act;
  if (!did) {
    return (
      <div>
        <p className="small ink-3">
          {by} {datetime(said.at)}
        </p>
        <pre className="message quiet">{said.text}</pre>
      </div>
    );
  }
  return (
    <p className="small ink-3" data-testid="work-hand">
      {by} {datetime(said.at)}{' '}
      <span className="ink-2">
        {t(`work.did.${did}`, { name: said.to?.name ?? '' })}
        {said.text && (
          <>
            {t('common.colon')}
            {said.text}
          </>
        )}
      </span>
    </p>
  );
}

type Props = { item: WorkDetail; text: string; onChange: (text: string) => void; report: WorkReport };

/** What was said about a piece of work and through whose hands it went, and a line to say more. */
export function Comments({ item, text, onChange, report }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const say = useChange({
    mutationFn: () => api.post('/work/{uid}/comments', { path: { uid: item.uid }, body: { text } }),
    onSuccess: (answer) => {
      onChange('');
      client.setQueryData(['work-item', item.uid], answer);
    },
    onError: report,
  });
  const blank = text.trim() === '';
  return (
    <section className="stack gap-4" data-testid="work-comments">
      <h3 className="section-title">{t('work.comments')}</h3>
      {item.comments.map((said, index) => (
        <Remark key={index} said={said} />
      ))}
      {item.may.includes('comment') && (
        <div className="row">
          <Input
            value={text}
            onChange={(event) => onChange(event.target.value)}
            onPressEnter={(event) => !blank && !event.nativeEvent.isComposing && say.mutate()}
            placeholder={t('work.commentPlaceholder')}
            maxLength={4000}
            data-testid="work-comment"
          />
          <Button disabled={blank} loading={say.isPending} onClick={() => say.mutate()} data-testid="work-comment-say">
            {t('work.comment')}
          </Button>
        </div>
      )}
    </section>
  );
}
