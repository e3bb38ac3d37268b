import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useText } from './i18n';

export type Crumb = { title: string; path?: string };
type Head = { crumbs: Crumb[]; set: (crumbs: Crumb[]) => void };

const HeadContext = createContext<Head>({ crumbs: [], set: () => undefined });

/** Where we are: set by the page, shown by the shell. */
export function HeadProvider({ children }: { children: ReactNode }) {
  const [crumbs, set] = useState<Crumb[]>([]);
  const value = useMemo(() => ({ crumbs, set }), [crumbs]);
  return <HeadContext.Provider value={value}>{children}</HeadContext.Provider>;
}

export function useCrumbs(): Crumb[] {
  return useContext(HeadContext).crumbs;
}

export function useSetCrumbs(crumbs: Crumb[]): void {
  const { set } = useContext(HeadContext);
  const { t } = useText();
  // What could not be read has no name yet, and no place in the line.
  const key = JSON.stringify(crumbs.filter((crumb) => crumb.title !== ''));
  useEffect(() => {
    const parsed = JSON.parse(key) as Crumb[];
    set(parsed);
    const last = parsed[parsed.length - 1]?.title;
    document.title = last ? `${last} · ${t('app.name')}` : t('app.name');
  }, [key, set, t]);
}

type Props = {
  crumbs: Crumb[];
  title?: ReactNode;
  mark?: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
  /** The title is a sentence that a phone shows too, below its head. */
  lead?: boolean;
  children: ReactNode;
};

/** A page: its place, its head line with what can be done, its content. */
export function Page({ crumbs, title, mark, sub, actions, lead = false, children }: Props) {
  useSetCrumbs(crumbs);
  return (
    <main className="page" id="content" tabIndex={-1}>
      {(title ?? actions ?? sub) && (
        <div className={lead ? 'page-head titled' : 'page-head'}>
          {title && (
            <h1 title={typeof title === 'string' ? title : undefined} data-testid="page-title">
              {title}
            </h1>
          )}
          {mark}
          {sub && (
            <span className="sub" title={typeof sub === 'string' ? sub : undefined}>
              {sub}
            </span>
          )}
          {actions && <div className="actions">{actions}</div>}
        </div>
      )}
      {children}
    </main>
  );
}
