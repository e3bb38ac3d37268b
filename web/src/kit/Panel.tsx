import type { ReactNode } from 'react';

type Props = {
  title?: ReactNode;
  meta?: ReactNode;
  side?: ReactNode;
  note?: ReactNode;
  foot?: ReactNode;
  flush?: boolean;
  id?: string;
  className?: string;
  children: ReactNode;
};

/** The one surface: white, a thin line, a head of 40 px with what it is and how old it is. */
export function Panel({ title, meta, side, note, foot, flush = false, id, className = '', children }: Props) {
  return (
    <section className={`panel ${className}`} data-testid={id}>
      {title !== undefined && (
        <header className="panel-head">
          <h2>{title}</h2>
          {meta !== undefined && <span className="meta">{meta}</span>}
          {side && <div className="side">{side}</div>}
        </header>
      )}
      {note && <div className="panel-note">{note}</div>}
      <div className={flush ? 'panel-body flush' : 'panel-body'}>{children}</div>
      {foot && <footer className="panel-foot">{foot}</footer>}
    </section>
  );
}
