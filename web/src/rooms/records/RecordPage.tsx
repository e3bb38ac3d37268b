import { useState } from 'react';
import { useParams } from 'react-router';
import { useObjectMeta, useRecord } from '../../api/hooks';
import type { ObjectMeta } from '../../api';
import { useText } from '../../kit/i18n';
import { LiveStamp } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { QueryState } from '../../kit/states';
import { Tabs } from '../../kit/Tabs';
import { RecordActions, RecordHistory, Sections } from './recordParts';
import { RecordView } from './RecordView';

/** One record: by the blocks of its own page where the object has one, else by its sections. */
export function RecordPage() {
  const { object = '', uid = '' } = useParams();
  const meta = useObjectMeta(object);
  if (!meta.data)
    return (
      <Page crumbs={[]}>
        <Panel flush>
          <QueryState query={meta} rows={12}>
            {() => null}
          </QueryState>
        </Panel>
      </Page>
    );
  if (meta.data.page) return <RecordView key={uid} meta={meta.data} page={meta.data.page} uid={uid} />;
  return <Detail key={uid} meta={meta.data} uid={uid} />;
}

const VIEWS = ['details', 'history', 'access'] as const;
type View = (typeof VIEWS)[number];

function Detail({ meta, uid }: { meta: ObjectMeta; uid: string }) {
  const { t, label } = useText();
  const record = useRecord(meta.key, uid);
  const [view, setView] = useState<View>('details');
  const name = label(meta.labels);
  const title = record.data?.display ?? '';
  return (
    <Page
      crumbs={[{ title: name, path: `/records/${meta.key}` }, { title }]}
      title={title}
      sub={name}
      actions={
        record.data && (
          <>
            <LiveStamp at={record.dataUpdatedAt} />
            <RecordActions meta={meta} record={record.data} />
          </>
        )
      }
    >
      <section className="panel">
        <Tabs
          value={view}
          onChange={(key) => setView(key as View)}
          items={VIEWS.filter((key) => key !== 'access' || meta.operations.includes('access_log')).map((key) => ({
            key,
            title: t(`record.${key}`),
          }))}
        />
        <div className="panel-body">
          {view === 'details' && (
            <QueryState query={record}>{(found) => <Sections meta={meta} record={found} />}</QueryState>
          )}
          {view !== 'details' && <RecordHistory meta={meta} uid={uid} kind={view} />}
        </div>
      </section>
    </Page>
  );
}
