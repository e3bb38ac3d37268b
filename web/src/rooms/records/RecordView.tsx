import { useRecord } from '../../api/hooks';
import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { BlocksPage } from '../../blocks/BlocksPage';
import { Panel } from '../../kit/Panel';
import { useState } from 'react';
import { Drawer, Button } from 'antd';
import { Icon } from '../../kit/Icon';
import { RecordActions, RecordHistory, Sections } from './recordParts';
import { QueryState } from '../../kit/states';

/** A record whose object has its own page of blocks, as the customer has the 360° view. */
export function RecordView({ meta, page, uid }: { meta: ObjectMeta; page: string; uid: string }) {
  const { label } = useText();
  return (
    <BlocksPage
      page={page}
      record={uid}
      crumbs={(answer) => [{ title: label(meta.labels), path: `/records/${meta.key}` }, { title: answer?.title ?? '' }]}
      actions={<RecordMore meta={meta} uid={uid} />}
    />
  );
}

/** The record itself behind the view: its fields, its changes, who looked. */
function RecordMore({ meta, uid }: { meta: ObjectMeta; uid: string }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const record = useRecord(meta.key, uid);
  return (
    <>
      <Button icon={<Icon name="history" size={14} />} onClick={() => setOpen(true)} data-testid="record-details">
        {t('record.details')}
      </Button>
      {record.data && <RecordActions meta={meta} record={record.data} />}
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        size={640}
        title={<span title={record.data?.display}>{record.data?.display}</span>}
        destroyOnHidden
      >
        <div className="blocks">
          <QueryState query={record}>{(found) => <Sections meta={meta} record={found} />}</QueryState>
          <Panel title={t('record.history')}>
            <RecordHistory meta={meta} uid={uid} kind="history" />
          </Panel>
          {meta.operations.includes('access_log') && (
            <Panel title={t('record.access')}>
              <RecordHistory meta={meta} uid={uid} kind="access" />
            </Panel>
          )}
        </div>
      </Drawer>
    </>
  );
}
