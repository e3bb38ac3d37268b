import { Button, Checkbox, Form, Input, Modal, type CheckboxRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../api/client';
import type { WorkItem } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DataTable, type Choice, type Column } from '../../kit/DataTable';
import { useReport, useSay } from '../../kit/feedback';
import { decimal } from '../../kit/format';
import { SubmitOnEnter } from '../../kit/SubmitOnEnter';
import { useWorkChanged } from './changed';
import { allOf, canBeGiven, keptOf, MOST, standing, type Kept } from './chosen';
import { ColleagueSelect } from './Handing';

type Chosen = { uids: string[]; choose: (uids: string[]) => void; choice: Choice<WorkItem> | undefined };

/** Which rows of a list are chosen; no boxes where none of them can be given to somebody else. */
export function useChosen(items: WorkItem[]): Chosen {
  const { t } = useText();
  const [chosen, choose] = useState<string[]>([]);
  const uids = standing(items, chosen);
  const choice = {
    chosen: new Set(uids),
    may: canBeGiven,
    name: (row: WorkItem) => t('work.choose', { subject: row.subject }),
    most: MOST,
    onChange: choose,
  };
  return { uids, choose, choice: items.some(canBeGiven) ? choice : undefined };
}

type ChosenProps = { items: WorkItem[]; uids: string[]; choose: (uids: string[]) => void };

/** How many are chosen, and what is done with them. It is there before anything is, so that no row moves under the pointer;
 *  what became of the work is told even if nothing is left to choose from. */
export function ChosenBar({ items, uids, choose }: ChosenProps) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const all = useRef<CheckboxRef>(null);
  const button = useRef<HTMLButtonElement>(null);
  const closed = useRef(false);
  useEffect(() => {
    if (open || !closed.current) return;
    closed.current = false;
    // The button is off once nothing is chosen any more: the focus goes beside it.
    (uids.length > 0 ? button : all).current?.focus();
  }, [open, uids.length]);
  const close = () => {
    closed.current = true;
    setOpen(false);
  };
  const whole = allOf(items).length;
  const every = uids.length > 0 && uids.length >= whole;
  return (
    <>
      {whole > 0 && (
        <div className="choice-bar" role="group" aria-label={t('work.reassign')} data-testid="choice-bar">
          <Checkbox
            ref={all}
            checked={every}
            indeterminate={uids.length > 0 && !every}
            onChange={() => choose(every ? [] : allOf(items))}
            data-testid="choose-all"
          >
            {t('work.chooseAll')}
          </Checkbox>
          <span className="small ink-2" role="status" data-testid="chosen">
            {t(uids.length >= MOST ? 'work.chosenMost' : 'work.chosen', { n: decimal(uids.length, 0) })}
          </span>
          <Button
            ref={button}
            className="right"
            type="primary"
            ghost
            size="small"
            disabled={uids.length === 0}
            onClick={() => setOpen(true)}
            data-testid="reassign-chosen"
          >
            {t('work.reassign')}
          </Button>
        </div>
      )}
      {open && <ReassignDialog items={items} uids={uids} choose={choose} onClose={close} />}
    </>
  );
}

type DialogProps = ChosenProps & { onClose: () => void };

function ReassignDialog({ items, uids, choose, onClose }: DialogProps) {
  const { t, lang } = useText();
  const [form] = Form.useForm<{ to: string; reason: string }>();
  const [outcome, setOutcome] = useState<{ given: number; kept: Kept[] } | null>(null);
  const changed = useWorkChanged();
  const report = useReport();
  const say = useSay();
  const hand = useChange({
    mutationFn: (given: { to: string; reason: string }) => api.post('/work/reassign', { body: { uids, ...given } }),
    onSuccess: ({ given, to, refused }) => {
      choose(refused.map((one) => one.uid));
      if (refused.length > 0) return setOutcome({ given, kept: keptOf(refused, items, lang === 'en') });
      say(t('work.reassigned', { n: decimal(given, 0), name: to.name }));
      onClose();
    },
    onError: report,
    onSettled: changed,
  });
  if (outcome) return <Outcome {...outcome} onClose={onClose} />;
  return (
    <Modal
      open
      title={t('work.reassignChosen', { n: decimal(uids.length, 0) })}
      okText={t('work.reassign')}
      okButtonProps={{ 'data-testid': 'hand-confirm' }}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={hand.isPending}
      width={420}
    >
      <Form form={form} layout="vertical" onFinish={(values) => hand.mutate(values)}>
        <Form.Item
          name="to"
          label={t('work.to')}
          extra={t('work.sharedHint')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <ColleagueSelect />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('common.reason')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={500} data-testid="hand-reason" />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

/** What stayed where it was, and why. */
function Outcome({ given, kept, onClose }: { given: number; kept: Kept[]; onClose: () => void }) {
  const { t } = useText();
  const columns: Column<Kept>[] = [
    { key: 'subject', title: t('work.subject'), render: (row) => row.subject },
    { key: 'reason', title: t('common.reason'), render: (row) => row.reason },
  ];
  return (
    <Modal
      open
      title={t('work.reassign')}
      onCancel={onClose}
      width={720}
      footer={
        <Button type="primary" autoFocus onClick={onClose} data-testid="reassign-close">
          {t('common.close')}
        </Button>
      }
    >
      <p role="status" style={{ marginBottom: 12 }} data-testid="reassign-outcome">
        {t('work.notReassigned', { given: decimal(given, 0), refused: decimal(kept.length, 0) })}
      </p>
      <DataTable
        columns={columns}
        rows={kept}
        rowKey={(row) => row.uid}
        testId="reassign-kept"
        twoLine={(row) => ({ title: row.subject, sub: row.reason })}
      />
    </Modal>
  );
}
