import { Link } from 'react-router';
import type { ReactNode } from 'react';
import type { FieldMeta, Lang, ObjectMeta, RecordRow, Value } from '../../api';
import { useText } from '../../kit/i18n';
import { DataTable, type CellEdit, type Column } from '../../kit/DataTable';
import { kindOf, unitOf } from '../../kit/fields';
import { FieldValue } from '../../kit/fields/FieldValue';
import { isRef } from '../../kit/fields/values';
import { Clip } from '../../kit/marks';
import { CellEditor } from './CellEditor';
import { isEditable, isHidden } from './formValues';
import { inGroups, useGroups } from './grouping';
import { listedFields } from './listed';
import type { ChosenRows } from './useChosenRows';
import type { RecordList } from './useRecordList';

function headOf(field: FieldMeta, text: string, lang: Lang): string {
  const unit = unitOf(field, lang, 'column');
  return unit ? `${text} ${unit}` : text;
}

/** What a cell has room for, and who changes records may; the name is the link to its record. */
const mayEdit = (meta: ObjectMeta, field: FieldMeta) =>
  meta.operations.includes('update') &&
  meta.form.fields.includes(field.key) &&
  field.key !== meta.display[0] &&
  !field.refused &&
  !kindOf(field).wide;

const editOf = (meta: ObjectMeta, field: FieldMeta): CellEdit<RecordRow> => ({
  may: (row) => isEditable(field, row) && !isHidden(field, row),
  editor: (row, close) => <CellEditor meta={meta} field={field} row={row} close={close} />,
});

/** A column, and its value as it stands inside a link. */
type RecordColumn = Column<RecordRow> & { unlinked: (row: RecordRow) => ReactNode };

function useRecordColumns(meta: ObjectMeta, keys: string[], rows: RecordRow[]): RecordColumn[] {
  const { label, lang } = useText();
  const byKey = new Map(listedFields(meta).map((field) => [field.key, field]));
  return keys.flatMap((key, index) => {
    const field = byKey.get(key);
    if (!field) return [];
    const beside = rows.map((row) => row.values[key] ?? null);
    return {
      key,
      title: headOf(field, label(field.labels), lang),
      align: kindOf(field).right ? ('right' as const) : ('left' as const),
      sortable: field.sortable && !field.masked,
      tight: !kindOf(field).wide,
      render: (row: RecordRow) => {
        if (index > 0) return <FieldValue field={field} row={row} cell beside={beside} />;
        return (
          <Link to={`/records/${meta.key}/${row.uid}`}>
            {row.values[key] ? <Unlinked field={field} row={row} beside={beside} cell /> : <Clip>{row.display}</Clip>}
          </Link>
        );
      },
      unlinked: (row: RecordRow) => <Unlinked field={field} row={row} beside={beside} />,
      edit: mayEdit(meta, field) ? editOf(meta, field) : undefined,
    };
  });
}

/** A value inside a link to its record: one that points at another record is only named; a figure without a head says what that would. */
function Unlinked({
  field,
  row,
  beside,
  cell = !kindOf(field).right,
}: {
  field: FieldMeta;
  row: RecordRow;
  beside?: Value[];
  cell?: boolean;
}) {
  const value = row.values[field.key];
  return kindOf(field).record && isRef(value) ? (
    <Clip>{value.display}</Clip>
  ) : (
    <FieldValue field={field} row={row} beside={beside} cell={cell} headless={!cell} />
  );
}

/** Two lines have no room for what is not there; what the viewer is refused is said. */
const isSaid = (row: RecordRow, key: string) => row.refused.includes(key) || (row.values[key] ?? '') !== '';

type RowsProps = { meta: ObjectMeta; list: RecordList; rows: RecordRow[]; chosen: ChosenRows };

export function Rows({ meta, list, rows, chosen }: RowsProps) {
  const groups = useGroups(meta, list);
  const columns = useRecordColumns(meta, list.columns, rows);
  const figures = columns.filter((column) => column.align === 'right');
  // What a record is called by need not be said again.
  const texts = columns.filter((column) => column.align !== 'right' && !meta.display.includes(column.key));
  return (
    <div className={list.page.isPlaceholderData ? 'list-rows fading' : 'list-rows'}>
      <DataTable
        key={list.own.life}
        list={list.own.name}
        columns={columns}
        rows={groups ? inGroups(rows, { meta, list }) : rows}
        rowKey={(row) => row.uid}
        path={(row) => `/records/${meta.key}/${row.uid}`}
        sort={list.sort}
        onSort={list.setSort}
        choice={chosen.choice}
        groups={groups}
        twoLine={(row) => ({
          title: row.display,
          sub: (
            <span className="row gap-4">
              {texts
                .filter((column) => isSaid(row, column.key))
                .slice(0, 3)
                .map((column) => (
                  <span key={column.key}>{column.unlinked(row)}</span>
                ))}
            </span>
          ),
          end: figures[0]?.unlinked(row),
          endSub: figures[1]?.unlinked(row),
        })}
      />
    </div>
  );
}
