import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Select } from 'antd';
import { useState } from 'react';
import { api, download } from '../../api/client';
import type { LoadSourceDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { useReport } from '../../kit/feedback';
import { useFocusBack } from '../../kit/hooks';
import { Icon } from '../../kit/Icon';
import { Tag } from '../../kit/marks';
import { Empty, QueryState } from '../../kit/states';
import { useSources } from './sources';

type SourceColumn = LoadSourceDetail['columns'][number];

/** What the files of each source hold, and files to fill in. */
export function SourceDrawer({ onClose }: { onClose: () => void }) {
  const { t, label } = useText();
  useFocusBack();
  const [key, setKey] = useState<string>();
  const sources = useSources();
  const items = sources.data?.items ?? [];
  const chosen = key ?? items[0]?.key;
  return (
    <Drawer open title={t('load.sources')} onClose={onClose} size="large" data-testid="source-drawer">
      <QueryState query={sources} rows={8}>
        {() =>
          chosen ? (
            <div className="stack gap-12">
              <Select
                value={chosen}
                onChange={setKey}
                showSearch={{ optionFilterProp: 'label' }}
                options={items.map((source) => ({ value: source.key, label: label(source.labels) }))}
                aria-label={t('load.source')}
                data-testid="source-choice"
              />
              <SourceDetail source={chosen} />
            </div>
          ) : (
            <Empty title={t('load.noSources')} text={t('load.neverText')} />
          )
        }
      </QueryState>
    </Drawer>
  );
}

function SourceDetail({ source }: { source: string }) {
  const { t } = useText();
  const query = useQuery({
    queryKey: ['load-source', source],
    queryFn: ({ signal }) => api.get('/sources/{key}', { path: { key: source }, signal }),
    staleTime: 300_000,
  });
  return (
    <QueryState query={query} rows={8}>
      {(found) => (
        <>
          <p className="ink-2">
            {t('load.sourceFile', { example: found.example, encoding: found.encoding.toUpperCase() })}
          </p>
          <p className="ink-2">{t('load.sourceKeys', { keys: found.keys.join(t('common.and')) })}</p>
          <TemplateButtons source={source} />
          <SourceColumns columns={found.columns} />
        </>
      )}
    </QueryState>
  );
}

function SourceColumns({ columns }: { columns: SourceColumn[] }) {
  const { t, label } = useText();
  const shown: Column<SourceColumn>[] = [
    { key: 'title', title: t('load.head'), render: (row) => <b>{row.title}</b> },
    { key: 'type', title: t('load.type'), tight: true, render: (row) => label(row.type) },
    { key: 'needed', title: t('load.needed'), tight: true, render: (row) => <Needed column={row} /> },
    { key: 'example', title: t('load.exampleValue'), render: (row) => row.example },
    { key: 'values', title: t('load.values'), render: (row) => row.values.join(t('common.and')) },
  ];
  return (
    <DataTable
      columns={shown}
      rows={columns}
      rowKey={(row) => row.title}
      testId="source-column"
      twoLine={(row) => ({
        title: row.title,
        sub: row.values.join(t('common.and')) || row.example,
        end: <Needed column={row} />,
        endSub: label(row.type),
      })}
    />
  );
}

function Needed({ column }: { column: SourceColumn }) {
  const { t } = useText();
  if (column.key) return <Tag tone="blue">{t('load.key')}</Tag>;
  return column.required ? <Tag>{t('load.mustHave')}</Tag> : null;
}

/** Files to fill in: a workbook whose columns are texts, so that no zero is lost, or CSV. */
export function TemplateButtons({ source }: { source: string }) {
  const { t } = useText();
  const report = useReport();
  const save = useChange({
    mutationFn: (format: 'xlsx' | 'csv') =>
      download.get(`${source}.${format}`, '/sources/{key}/template', { path: { key: source }, query: { format } }),
    onError: report,
  });
  return (
    <div className="row">
      {(['xlsx', 'csv'] as const).map((format) => (
        <Button
          key={format}
          size="small"
          icon={<Icon name="download" size={13} />}
          onClick={() => save.mutate(format)}
          data-testid={`template-${format}`}
        >
          {t('load.template')} .{format}
        </Button>
      ))}
    </div>
  );
}
