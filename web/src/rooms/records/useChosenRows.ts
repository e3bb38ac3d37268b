import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import type { ObjectMeta, RecordRow } from '../../api';
import { useText } from '../../kit/i18n';
import type { Choice } from '../../kit/DataTable';
import { useIsPhone } from '../../kit/hooks';
import type { RecordList } from './useRecordList';

/** How many records are chosen for one act; the server takes no more. */
export const MOST = 200;

/** A row, and the published day that its figures are of. */
type Read = { row: RecordRow; day: string | null };

/** The chosen rows of a list as they were last read; on other pages they stay chosen, in another list none is. */
export function useChosenRows(meta: ObjectMeta, list: RecordList) {
  const { t } = useText();
  const phone = useIsPhone();
  const asked = JSON.stringify(list.filter);
  const [held, setHeld] = useState<{ asked: string; read: Read[] }>({ asked, read: [] });
  const day = list.page.data?.as_of.warehouse ?? null;
  const shown = (list.page.data?.rows ?? []).map((row): Read => ({ row, day }));
  const fresh = new Map(shown.map((one) => [one.row.uid, one]));
  const read = held.asked === asked ? held.read.map((one) => fresh.get(one.row.uid) ?? one) : [];
  const rows = read.map(({ row }) => row);
  const byUid = new Map([...read, ...shown].map((one) => [one.row.uid, one]));
  const choose = (uids: string[]) => setHeld({ asked, read: uids.flatMap((uid) => byUid.get(uid) ?? []) });
  const summed = useOfOneDay(meta, list.columns, read);
  const choice: Choice<RecordRow> = {
    chosen: new Set(rows.map((row) => row.uid)),
    may: () => true,
    name: (row) => t('list.choose', { name: row.display }),
    most: MOST,
    all: t('list.chooseShown'),
    onChange: choose,
  };
  const elsewhere = rows.filter((row) => !fresh.has(row.uid)).length;
  // A phone has no room to choose in; and who may do nothing with several records need not choose any.
  const may = !phone && (meta.operations.includes('export') || meta.role === 'party');
  return { rows, summed, elsewhere, clear: () => choose([]), choice: may ? choice : undefined };
}

/**
 * Rows whose figures are all of one day: those that were read on several are asked for again, in one answer. Null until it
 * is there, and where one of them is there no more.
 */
function useOfOneDay(meta: ObjectMeta, columns: string[], read: Read[]): RecordRow[] | null {
  const days = [...new Set(read.map(({ day }) => day))].sort();
  const mixed = days.length > 1;
  const query = { uids: read.map(({ row }) => row.uid).sort(), columns, limit: MOST };
  const again = useQuery({
    queryKey: ['records', meta.key, query, days],
    queryFn: ({ signal }) => api.post('/objects/{object}/query', { path: { object: meta.key }, body: query, signal }),
    enabled: mixed,
  });
  if (!mixed) return read.map(({ row }) => row);
  return again.data?.rows.length === read.length ? again.data.rows : null;
}

export type ChosenRows = ReturnType<typeof useChosenRows>;
