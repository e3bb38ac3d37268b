import type { ReactNode } from 'react';

export type TabItem = { key: string; title: ReactNode; count?: ReactNode };
type Props = { items: TabItem[]; value: string; onChange: (key: string) => void; label?: string };

export function Tabs({ items, value, onChange, label }: Props) {
  return (
    <div className="tabs" role="tablist" aria-label={label}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          role="tab"
          className="plain"
          aria-selected={item.key === value}
          data-testid={`tab-${item.key}`}
          onClick={() => onChange(item.key)}
        >
          {item.title}
          {item.count !== undefined && <span className="n">{item.count}</span>}
        </button>
      ))}
    </div>
  );
}

export function Segments({ items, value, onChange, label }: Props) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          className="plain"
          aria-pressed={item.key === value}
          data-testid={`segment-${item.key}`}
          onClick={() => onChange(item.key)}
        >
          {item.title} {item.count}
        </button>
      ))}
    </div>
  );
}
