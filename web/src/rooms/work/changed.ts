import { useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../../api/client';
import { useText } from '../../kit/i18n';
import { useReport, useTell } from '../../kit/feedback';

/** What shows a piece of work, or any of several, is read anew. */
export function useWorkChanged(uid?: string): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ['work'] });
    void client.invalidateQueries({ queryKey: uid ? ['work-item', uid] : ['work-item'] });
    void client.invalidateQueries({ queryKey: ['page'] });
  };
}

const OVERTAKEN = new Set([
  'work.already_done',
  'work.already_cancelled',
  'work.already_taken',
  'work.already_paused',
  'work.not_paused',
  'work.not_held',
  'work.clock',
  'not_found',
]);

/** Whether an act was refused because somebody was faster: what stands on the screen is no longer so. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof ApiError && OVERTAKEN.has(error.code);
}

/** Whether work is out of reach: it was taken back, or went to somebody else whose work one does not see. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'not_found';
}

export type WorkReport = (error: unknown) => void;

/** Say what was refused; where somebody was faster, what they did takes the place of the form. The notice goes with its
 *  caller: that is the drawer, not a form or dialog that is gone when the work is read anew. */
export function useWorkReport(uid: string): WorkReport {
  const { t } = useText();
  const report = useReport();
  const tell = useTell();
  const changed = useWorkChanged(uid);
  return (error) => {
    if (isGone(error)) tell(t('work.notYours'));
    else report(error);
    if (isOvertaken(error)) changed();
  };
}
