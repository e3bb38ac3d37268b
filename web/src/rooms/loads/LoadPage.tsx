import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useParams } from 'react-router';
import { api, download } from '../../api/client';
import type { LoadDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { Formatted } from '../../blocks/Formatted';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { Figure } from '../../kit/figures';
import { useReport } from '../../kit/feedback';
import { date, datetime, decimal, share } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { LiveStamp, Mark } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { Empty, QueryState } from '../../kit/states';
import { FailureNotice, findingText } from '../../blocks/Failure';
import { Answers, EffectsPanel, FailedSince, WaitingNotice } from './Effects';
import { LoadState } from './LoadState';
import { useSourceName } from './sources';

type Rejected = LoadDetail['rejected'][number];

export function LoadPage() {
  const { t } = useText();
  const { uid = '' } = useParams();
  const query = useQuery({
    queryKey: ['load', uid],
    queryFn: ({ signal }) => api.get('/loads/{uid}', { path: { uid }, signal }),
    refetchInterval: (state) => (state.state.data?.state === 'running' ? 2_000 : false),
  });
  const load = query.data;
  const sourceName = useSourceName();
  return (
    <Page
      crumbs={[{ title: t('load.title'), path: '/loads' }, { title: load?.file ?? '' }]}
      title={load?.file}
      mark={load && <LoadState load={load} />}
      sub={load && t('load.subtitle', { source: sourceName(load.source), date: date(load.business_date) })}
      actions={
        <>
          <LiveStamp at={query.dataUpdatedAt} />
          {load && <Answers load={load} />}
        </>
      }
    >
      <QueryState query={query} rows={10} page>
        {(data) => <LoadView load={data} />}
      </QueryState>
    </Page>
  );
}

function LoadView({ load }: { load: LoadDetail }) {
  const { t, lang } = useText();
  return (
    <div className="blocks">
      {load.state === 'failed' && <p className="strong tone-late">{t('load.failed')}</p>}
      {load.error && <FailureNotice failure={load.error} />}
      <WaitingNotice load={load} />
      <FailedSince load={load} />
      <Panel flush>
        <div className="people">
          <Figure label={t('load.read')} value={<span data-testid="rows-read">{decimal(load.rows_read, 0)}</span>} />
          <Figure
            label={t('load.loaded')}
            value={<span data-testid="rows-loaded">{decimal(load.rows_loaded, 0)}</span>}
            sub={share(load.rows_loaded, load.rows_read)}
          />
          <Figure
            label={t('load.rejected')}
            value={
              <span data-testid="rows-rejected" className={load.rows_rejected > 0 ? 'tone-attention' : ''}>
                {decimal(load.rows_rejected, 0)}
              </span>
            }
            sub={share(load.rows_rejected, load.rows_read)}
          />
          {load.rows_without_record > 0 && (
            <Figure
              label={t('load.withoutRecord')}
              value={
                <span data-testid="rows-without-record" className="tone-attention">
                  {decimal(load.rows_without_record, 0)}
                </span>
              }
              sub={t('load.ofLoaded', { share: share(load.rows_without_record, load.rows_loaded) })}
            />
          )}
          <Figure label={t('load.businessDate')} value={date(load.business_date)} />
          <Figure
            label={t('load.startedAt')}
            value={datetime(load.started_at)}
            sub={load.finished_at && `${t('load.finishedAt')} ${datetime(load.finished_at)}`}
          />
          <Figure
            label={t('load.hash')}
            value={
              <span className="hash" title={load.file_hash}>
                {load.file_hash.slice(0, 12)}
              </span>
            }
          />
        </div>
      </Panel>
      <EffectsPanel load={load} />
      {load.findings.length > 0 && !load.error && (
        <Panel title={t('load.findings')} meta={load.findings.length}>
          <ul className="stack gap-4">
            {load.findings.map((finding, index) => (
              <li key={index} className="row">
                <Mark tone="attention" /> {findingText(finding, lang)}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {(!load.error || told(load) > 0) && (load.state !== 'waiting' || told(load) > 0) && <RejectedPanel load={load} />}
    </div>
  );
}

/** Rows of which the table says why: rejected ones, and loaded ones that became no record. */
const told = (load: LoadDetail) => load.rows_rejected + load.rows_without_record;

/** A row that became no record, but came in an older file, has no line in this one. */
const line = (row: Rejected) => (row.line ? decimal(row.line, 0) : '');

function RejectedPanel({ load }: { load: LoadDetail }) {
  const { t, lang } = useText();
  const report = useReport();
  const save = useChange({
    mutationFn: () => download.get('rejected.csv', '/loads/{uid}/rejected.csv', { path: { uid: load.uid } }),
    onError: report,
  });
  const reason = (row: Rejected) => (lang === 'en' && row.reason_en) || row.reason;
  const names = [...new Set(load.rejected.flatMap((row) => Object.keys(row.values)))];
  const columns: Column<Rejected>[] = [
    { key: 'line', title: t('load.line'), align: 'right', width: 70, render: line },
    { key: 'reason', title: t('load.reason'), render: (row) => <span title={row.reason_code}>{reason(row)}</span> },
    ...names.map((name): Column<Rejected> => ({
      key: `v.${name}`,
      title: name,
      render: (row) => <Formatted value={row.values[name]} format="text" />,
    })),
  ];
  return (
    <Panel
      title={t(load.rows_without_record > 0 ? 'load.toldTitle' : 'load.rejectedTitle')}
      meta={told(load) > load.rejected.length ? t('load.rejectedFirst', { n: load.rejected.length }) : told(load)}
      side={
        told(load) > 0 && (
          <Button
            size="small"
            icon={<Icon name="download" size={13} />}
            loading={save.isPending}
            onClick={() => save.mutate()}
            data-testid="rejected-download"
          >
            {t('common.download')} CSV
          </Button>
        )
      }
      flush
    >
      {load.rejected.length === 0 ? (
        <Empty icon="shield" tone="done" title={t('load.noRejected')} text={t('load.noRejectedText')} />
      ) : (
        <DataTable
          columns={columns}
          rows={load.rejected}
          rowKey={(row) => `${row.line} ${row.reason_code} ${Object.values(row.values).map(String).join(' ')}`}
          testId="rejected-row"
          twoLine={(row) => ({
            title: reason(row),
            sub: Object.values(row.values).map(String).join('  '),
            end: line(row),
          })}
        />
      )}
    </Panel>
  );
}
