import { Checkbox } from 'antd';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { Icon } from './Icon';
import { useIsPhone } from './hooks';

export type Column<T> = {
  key: string;
  title: ReactNode;
  align?: 'left' | 'right' | 'center';
  width?: number | string;
  sortable?: boolean;
  tight?: boolean;
  render: (row: T) => ReactNode;
};
export type SortState = { field: string; direction: 'asc' | 'desc' };
export type TwoLine = { lead?: ReactNode; title: ReactNode; sub?: ReactNode; end?: ReactNode; endSub?: ReactNode };
/** Rows that are chosen for one act on several: those that `may` be have a box, `name` says of what; when `full` no more can. */
export type Choice<T> = {
  chosen: ReadonlySet<string>;
  may: (row: T) => boolean;
  name: (row: T) => string;
  full: boolean;
  onToggle: (key: string) => void;
};

type Props<T> = {
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** How a row reads on a phone: two lines, not a shrunken table. */
  twoLine: (row: T) => TwoLine;
  path?: (row: T) => string | undefined;
  onOpen?: (row: T) => void;
  rowClass?: (row: T) => string;
  selected?: string;
  sort?: SortState | null;
  onSort?: (sort: SortState) => void;
  total?: Record<string, ReactNode>;
  choice?: Choice<T>;
  testId?: string;
  roomy?: boolean;
};

export function DataTable<T>(props: Props<T>) {
  const phone = useIsPhone();
  return phone ? <TwoLineList {...props} /> : <Grid {...props} />;
}

const alignClass = (column: { align?: string; tight?: boolean }) =>
  [column.align === 'right' ? 'num' : column.align === 'center' ? 'center' : '', column.tight ? 'tight' : '']
    .join(' ')
    .trim();

function Box<T>({ row, id, choice }: { row: T; id: string; choice: Choice<T> }) {
  if (!choice.may(row)) return null;
  const checked = choice.chosen.has(id);
  return (
    <Checkbox
      checked={checked}
      disabled={choice.full && !checked}
      onChange={() => choice.onToggle(id)}
      aria-label={choice.name(row)}
      data-testid="choose"
    />
  );
}

function Grid<T>({
  columns,
  rows,
  rowKey,
  path,
  onOpen,
  rowClass,
  selected,
  sort,
  onSort,
  total,
  choice,
  testId = 'row',
  roomy,
}: Props<T>) {
  const navigate = useNavigate();
  const open = (row: T) => {
    const target = path?.(row);
    if (onOpen) onOpen(row);
    else if (target) void navigate(target);
  };
  return (
    <div className="table-wrap">
      <table className={roomy ? 'grid roomy' : 'grid'}>
        <thead>
          <tr>
            {choice && <td className="choose" />}
            {columns.map((column) => (
              <HeadCell key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            const goes = Boolean(onOpen ?? path?.(row));
            return (
              <tr
                key={key}
                data-testid={testId}
                data-uid={key}
                className={`${goes ? 'go' : ''} ${selected === key ? 'on' : ''} ${rowClass?.(row) ?? ''}`}
                onClick={(event) => {
                  if (goes && !(event.target as HTMLElement).closest('a, button, input, .choose')) open(row);
                }}
              >
                {choice && (
                  <td className="choose">
                    <Box row={row} id={key} choice={choice} />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.key} className={alignClass(column)}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
        {total && (
          <tfoot>
            <tr>
              {choice && <td />}
              {columns.map((column) => (
                <td key={column.key} className={alignClass(column)}>
                  {total[column.key]}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

type HeadProps<T> = { column: Column<T>; sort?: SortState | null; onSort?: (sort: SortState) => void };

function HeadCell<T>({ column, sort, onSort }: HeadProps<T>) {
  const active = sort?.field === column.key ? sort.direction : null;
  const next = active === 'desc' ? 'asc' : 'desc';
  return (
    <th
      scope="col"
      className={alignClass(column)}
      style={column.width === undefined ? undefined : { width: column.width }}
      aria-sort={active ? (active === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          className="plain"
          onClick={() => onSort({ field: column.key, direction: next })}
          data-testid={`sort-${column.key}`}
        >
          {column.title}
          {active && <Icon name={active === 'asc' ? 'up' : 'down'} size={12} />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function TwoLineList<T>({ rows, rowKey, twoLine, path, onOpen, rowClass, choice, testId = 'row' }: Props<T>) {
  return (
    <ul className="two-line">
      {rows.map((row) => {
        const key = rowKey(row);
        return (
          <li
            key={key}
            className={`${choice ? 'boxed' : ''} ${rowClass?.(row) ?? ''}`.trim() || undefined}
            data-testid={testId}
            data-uid={key}
          >
            {choice && <Box row={row} id={key} choice={choice} />}
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
