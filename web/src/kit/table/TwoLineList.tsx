import type { RowData } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Box } from './Box';
import type { TableProps, TwoLine } from './types';

/** A table as a phone shows it: each row is two lines. */
export function TwoLineList<T extends RowData>({
  rows,
  rowKey,
  twoLine,
  path,
  onOpen,
  rowClass,
  choice,
  testId = 'row',
}: TableProps<T>) {
  const toggle = (key: string) => {
    if (!choice) return;
    const chosen = [...choice.chosen];
    choice.onChange(choice.chosen.has(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  };
  return (
    <ul className={rows.length > 100 ? 'two-line many' : 'two-line'}>
      {rows.map((row) => {
        const key = rowKey(row);
        return (
          <li
            key={key}
            className={`${choice ? 'boxed' : ''} ${rowClass?.(row) ?? ''}`.trim() || undefined}
            data-testid={testId}
            data-uid={key}
          >
            {choice && <Box row={row} id={key} choice={choice} onToggle={() => toggle(key)} />}
            <Line line={twoLine(row)} path={path?.(row)} onOpen={onOpen && (() => onOpen(row))} />
          </li>
        );
      })}
    </ul>
  );
}

/** A text of any length takes two lines at most; the whole stands in its title. */
function LinePart({ className, content }: { className: string; content: ReactNode }) {
  if (typeof content !== 'string') return <span className={className}>{content}</span>;
  return (
    <span className={`${className} two-lines`} title={content}>
      {content}
    </span>
  );
}

export function Line({ line, path, onOpen }: { line: TwoLine; path?: string; onOpen?: () => void }) {
  const inner = (
    <>
      {line.lead}
      <span className="main">
        <LinePart className="title" content={line.title} />
        {line.sub && <LinePart className="sub" content={line.sub} />}
      </span>
      {(line.end || line.endSub) && (
        <span className="end">
          <span style={{ display: 'block' }}>{line.end}</span>
          {line.endSub && <span className="small ink-3">{line.endSub}</span>}
        </span>
      )}
    </>
  );
  if (onOpen)
    return (
      <button type="button" className="plain line" onClick={onOpen}>
        {inner}
      </button>
    );
  if (path)
    return (
      <Link className="line" to={path}>
        {inner}
      </Link>
    );
  return <div className="line">{inner}</div>;
}
