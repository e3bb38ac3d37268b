import { useState } from 'react';
import type { ObjectMeta, RecordRow } from '../../api';
import { useText } from '../../kit/i18n';
import type { Choice } from '../../kit/DataTable';
import { useIsPhone } from '../../kit/hooks';
import type { RecordList } from './useRecordList';

/** How many records are chosen for one act; the server takes no more. */
export const MOST = 200;

/** The chosen rows of a list as they were last read; on other pages they stay chosen, in another list none is. */
export function useChosenRows(meta: ObjectMeta, list: RecordList) {
  const { t } = useText();
  const phone = useIsPhone();
  const asked = JSON.stringify(list.filter);
  const [held, setHeld] = useState<{ asked: string; rows: RecordRow[] }>({ asked, rows: [] });
  const shown = list.page.data?.rows ?? [];
  const fresh = new Map(shown.map((row) => [row.uid, row]));
  const rows = held.asked === asked ? held.rows.map((row) => fresh.get(row.uid) ?? row) : [];
  const byUid = new Map([...rows, ...shown].map((row) => [row.uid, row]));
  const choose = (uids: string[]) => setHeld({ asked, rows: uids.flatMap((uid) => byUid.get(uid) ?? []) });
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
  return { rows, elsewhere, clear: () => choose([]), choice: may ? choice : undefined };
}

export type ChosenRows = ReturnType<typeof useChosenRows>;
