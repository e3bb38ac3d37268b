import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { ApiError } from '../api/client';
import { useText } from './i18n';
import { Icon, type IconName } from './Icon';
import { Panel } from './Panel';

type StateProps = {
  icon: IconName;
  tone?: 'brand' | 'late' | 'refused' | 'done';
  title: ReactNode;
  text?: ReactNode;
  requestId?: string;
  actions?: ReactNode;
  id?: string;
};

/** What happened, whether data is safe, what to do next. */
export function StateBlock({ icon, tone = 'brand', title, text, requestId, actions, id }: StateProps) {
  const { t } = useText();
  return (
    <div className="state" role="status" data-testid={id}>
      <span className={`badge ${tone}`}>
        <Icon name={icon} size={20} />
      </span>
      <div className="grow">
        <h3>{title}</h3>
        {text && <p>{text}</p>}
        {requestId && (
          <p className="request">
            {t('state.requestId', { id: requestId })}{' '}
            <button
              type="button"
              className="plain"
              aria-label={t('common.copy')}
              onClick={() => void navigator.clipboard?.writeText(requestId)}
            >
              <Icon name="copy" size={12} />
            </button>
          </p>
        )}
        {actions && <div className="actions">{actions}</div>}
      </div>
    </div>
  );
}

export function Empty({ title, text, actions, icon = 'inbox', tone }: Partial<StateProps>) {
  const { t } = useText();
  return (
    <StateBlock
      icon={icon}
      tone={tone}
      title={title ?? t('state.emptyTitle')}
      text={text}
      actions={actions}
      id="state-empty"
    />
  );
}

export function RefusedState({ message, title }: { message?: string; title?: string }) {
  const { t } = useText();
  return (
    <StateBlock
      icon="hidden"
      tone="refused"
      title={title ?? t('state.refusedTitle')}
      text={
        <>
          {t('state.refusedText')}
          {message && <span className="small ink-3"> {message}</span>}
        </>
      }
      id="state-refused"
    />
  );
}

/** An address that leads nowhere: wrong, deleted, or outside what the viewer may see. */
export function NotFoundState() {
  const { t } = useText();
  const home = <Link to="/">{t('state.backHome')}</Link>;
  return (
    <StateBlock
      icon="search"
      title={t('state.notFoundTitle')}
      text={t('state.notFoundText')}
      actions={home}
      id="state-not-found"
    />
  );
}

/** Answers of the server to what was asked that may be others when it is asked again: busy, or changed meanwhile. */
const PASSING = [408, 409, 425, 429];

/** Whether the server has refused what was asked: asked again, it is refused again. */
const isSettled = (status = 0) => status >= 400 && status < 500 && !PASSING.includes(status);

/** An error of a block, or of a page with nothing beside it; a refusal is not an error and looks otherwise. */
export function ErrorState({ error, retry, page = false }: { error: unknown; retry?: () => void; page?: boolean }) {
  const { t } = useText();
  const known = error instanceof ApiError ? error : null;
  if (known?.signedOut) return <StateBlock icon="clock" title={known.message} id="state-signed-out" />;
  if (known?.status === 403) return <RefusedState message={known.message} />;
  if (known?.status === 404 || known?.code === 'request.invalid') return <NotFoundState />;
  const offline = known?.status === 0;
  const actions = retry && !isSettled(known?.status) && (
    <Button icon={<Icon name="refresh" size={14} />} onClick={retry}>
      {t('common.retry')}
    </Button>
  );
  return (
    <StateBlock
      icon={offline ? 'offline' : 'broken'}
      tone="late"
      title={offline ? t('state.offlineTitle') : known?.message || t(page ? 'state.errorPage' : 'state.errorTitle')}
      text={t(offline ? 'state.offlineRead' : page ? 'state.errorPageSafe' : 'state.errorSafe')}
      requestId={known?.requestId}
      actions={actions}
      id="state-error"
    />
  );
}

/** A skeleton at true row height, after 300 ms. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  const { t } = useText();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  const widths = ['34%', '24%', '42%', '28%', '38%', '22%'];
  return (
    <ul
      className="skeleton"
      aria-busy
      aria-label={t('common.loading')}
      style={{ visibility: shown ? 'visible' : 'hidden' }}
    >
      {Array.from({ length: rows }, (_, index) => (
        <li key={index}>
          <i style={{ width: widths[index % widths.length] }} />
          <i style={{ width: '12%' }} />
        </li>
      ))}
    </ul>
  );
}

type QueryProps<T> = {
  query: UseQueryResult<T>;
  rows?: number;
  /** What is read draws its own panels: waiting and failing stand in one. */
  page?: boolean;
  children: (data: T) => ReactNode;
};

/** Loading, failed and there: one way for every block that reads. Stale data stays while it is read again. */
export function QueryState<T>({ query, rows, page = false, children }: QueryProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  const state = query.isError ? (
    <ErrorState error={query.error} retry={() => void query.refetch()} page={page} />
  ) : (
    <Skeleton rows={rows} />
  );
  return page ? <Panel flush>{state}</Panel> : state;
}
