import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Input, Modal } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api } from '../../api/client';
import type { SearchGroup, SearchHit } from '../../api';
import { useText } from '../i18n';
import { asking } from '../address';
import { EarlyEnter } from '../fields/EarlyEnter';
import { searchRest, useDebounced } from '../hooks';
import { Icon } from '../Icon';
import { QueryState } from '../states';

/** Ctrl K: people, objects and pages by a few characters. */
export function SearchDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [q, setQ] = useState('');
  const settled = useDebounced(q.trim(), searchRest(q));
  const found = useQuery({
    queryKey: ['search', settled],
    queryFn: ({ signal }) => api.get('/search', { query: { q: settled }, signal }),
    enabled: open && settled.length >= 2,
    placeholderData: keepPreviousData,
  });
  const isReady = settled === q.trim() && found.isSuccess && !found.isPlaceholderData;
  const go = (item: SearchHit | undefined) => {
    if (!item) return;
    void navigate(item.path);
    onClose();
  };
  return (
    <Modal
      open={open}
      title={t('shell.search')}
      classNames={{ header: 'visually-hidden' }}
      onCancel={onClose}
      footer={null}
      closable={false}
      width={560}
      style={{ top: 56 }}
      destroyOnHidden
    >
      <EarlyEnter q={q.trim()} isReady={isReady} onTake={() => go(found.data?.groups[0]?.items[0])}>
        <Input
          autoFocus
          size="large"
          prefix={<Icon name="search" />}
          placeholder={t('shell.searchPlaceholder')}
          value={q}
          onChange={(event) => setQ(event.target.value)}
          data-testid="search-input"
        />
      </EarlyEnter>
      {settled.length < 2 ? (
        <p className="ink-3 small" style={{ marginTop: 10 }}>
          {t('shell.searchStart')}
        </p>
      ) : (
        <QueryState query={found} rows={4}>
          {(data) => <Results key={settled} groups={data.groups} q={settled} onGo={go} onClose={onClose} />}
        </QueryState>
      )}
    </Modal>
  );
}

type ResultsProps = {
  groups: SearchGroup[];
  q: string;
  onGo: (item: SearchHit | undefined) => void;
  onClose: () => void;
};

function Results({ groups, q, onGo, onClose }: ResultsProps) {
  const { t, label } = useText();
  const [at, setAt] = useState(0);
  const all = groups.flatMap((group) => group.items);
  useDialogKeys({
    ArrowDown: () => setAt((index) => Math.min(index + 1, all.length - 1)),
    ArrowUp: () => setAt((index) => Math.max(index - 1, 0)),
    Enter: () => onGo(all[at]),
  });
  if (all.length === 0)
    return (
      <p className="ink-2" style={{ marginTop: 10 }}>
        {t('shell.searchNone', { q })}
      </p>
    );
  return (
    <div className="results" data-testid="search-results">
      {groups.map((group) => (
        <section key={group.key}>
          <h3>{label(group.labels)}</h3>
          {group.items.map((item) => (
            <Link
              key={item.path + item.title}
              to={item.path}
              onClick={onClose}
              className={item === all[at] ? 'on' : ''}
              data-testid="search-result"
            >
              <b>{item.title}</b>
              <FoundBy by={item.by} />
              {item.subtitle && <span className="aside">{item.subtitle}</span>}
            </Link>
          ))}
          {group.path && (
            <Link to={group.path} state={asking(q)} onClick={onClose} className="all" data-testid="search-all">
              {t('shell.searchAll')}
            </Link>
          )}
        </section>
      ))}
    </div>
  );
}

/** By what something was found; its name stands before it. */
function FoundBy({ by }: { by: SearchHit['by'] }) {
  const { t, label } = useText();
  if (!by) return null;
  const field = label(by.labels);
  return (
    <span data-testid="search-by">
      {by.tail ? t('shell.searchTail', { field }) : field} {by.value}
    </span>
  );
}

/** Arrow keys and Enter while the cursor stays in the search field. */
function useDialogKeys(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const action = latest.current[event.key];
      if (!action || event.isComposing) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
