import { useQuery } from '@tanstack/react-query';
import { Checkbox, Select } from 'antd';
import { api } from '../../api/client';
import type { FilePreview as Preview } from '../../api';
import { useText } from '../../kit/i18n';
import { FailureLine } from '../../kit/feedback';
import { decimal } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { Mark, Tag } from '../../kit/marks';
import { Skeleton } from '../../kit/states';
import { findingText } from '../../blocks/Failure';
import { headsFor, unread, type Chosen } from './chosen';

/** What would be read of a file for a source; heads that are called otherwise than the source says may be chosen. */
export function usePreview(source: string | undefined, file: File | null, chosen: Chosen) {
  const columns = JSON.stringify(chosen);
  return useQuery({
    queryKey: ['load-preview', source, file?.name, file?.size, file?.lastModified, columns],
    queryFn: ({ signal }) =>
      api.post('/loads/preview', {
        form: { source: source ?? '', file: file ?? '', columns: columns === '{}' ? '' : columns },
        signal,
      }),
    enabled: Boolean(source && file),
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
    placeholderData: (before, query) => (query?.queryKey[2] === file?.name ? before : undefined),
  });
}

type Props = {
  query: ReturnType<typeof usePreview>;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  remember: boolean;
  onRemember: (remember: boolean) => void;
};

export function FilePreview({ query, chosen, onChoose, remember, onRemember }: Props) {
  const { t } = useText();
  if (query.isPending) return query.isFetching ? <Skeleton rows={4} /> : null;
  if (query.isError) return <FailureLine error={query.error} />;
  const found = query.data;
  return (
    <section className="file-preview" aria-label={t('load.preview')} data-testid="preview">
      <Headline found={found} />
      <Findings found={found} />
      {(found.missing.length > 0 || Object.keys(chosen).length > 0) && (
        <Choices found={found} chosen={chosen} onChoose={onChoose} remember={remember} onRemember={onRemember} />
      )}
      <SeenRows found={found} />
    </section>
  );
}

function Headline({ found }: { found: Preview }) {
  const { t } = useText();
  const good = found.faults.length === 0;
  const parts = [
    found.kind === 'workbook' ? t('load.sheet', { sheet: found.sheet }) : found.encoding,
    t('load.columnsRead', { n: found.heads.filter((head) => head.read_as).length, all: found.heads.length }),
  ];
  return (
    <header className="row" role="status">
      <b data-testid="preview-headline">
        {good && found.rows !== null && t('load.willRead', { n: decimal(found.rows, 0) })}
        {good && found.rows === null && t('load.willReadMany')}
        {!good && t('load.cannotRead')}
      </b>
      <span className="small ink-2">{parts.filter(Boolean).join('  ')}</span>
    </header>
  );
}

function Findings({ found }: { found: Preview }) {
  const { lang } = useText();
  return (
    <>
      {found.faults.length > 0 && (
        <div className="alert" role="alert" data-testid="preview-faults">
          <Icon name="alert" />
          <div>
            {found.faults.map((fault) => (
              <p key={fault.message}>{findingText(fault, lang)}</p>
            ))}
          </div>
        </div>
      )}
      {found.notes.length > 0 && (
        <ul className="stack gap-4" data-testid="preview-notes">
          {found.notes.map((note) => (
            <li key={note.message} className="row">
              <Mark tone="attention" /> {findingText(note, lang)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The columns that the source wants and the file calls otherwise: which head is meant. */
function Choices({ found, chosen, onChoose, remember, onRemember }: Omit<Props, 'query'> & { found: Preview }) {
  const { t } = useText();
  const wanted = [...new Set([...Object.values(chosen), ...found.missing])];
  const free = unread(found, chosen);
  return (
    <fieldset className="head-choices">
      <legend className="strong">{t('load.chooseHeads')}</legend>
      {wanted.map((title) => (
        <label key={title} className="row">
          <span className="wanted">{title}</span>
          <Select
            size="small"
            allowClear
            showSearch
            placeholder={t('load.chooseHead')}
            value={headsFor(chosen, title)}
            options={[...free, headsFor(chosen, title) ?? '']
              .filter(Boolean)
              .map((head) => ({ value: head, label: head }))}
            onChange={(head: string | undefined) => {
              const rest = Object.fromEntries(Object.entries(chosen).filter(([, name]) => name !== title));
              onChoose(head ? { ...rest, [head]: title } : rest);
            }}
            aria-label={title}
            data-testid={`choose-${title}`}
          />
        </label>
      ))}
      <Checkbox
        checked={remember}
        onChange={(event) => onRemember(event.target.checked)}
        disabled={Object.keys(chosen).length === 0}
        data-testid="remember"
      >
        {t('load.remember')}
      </Checkbox>
    </fieldset>
  );
}

/** The first rows as they stand in the file, with its own line numbers. */
function SeenRows({ found }: { found: Preview }) {
  const { t } = useText();
  const read = found.heads.map((head) => head.read_as);
  return (
    <div className="seen-rows" tabIndex={0} role="region" aria-label={t('load.firstRows')}>
      <table>
        <tbody>
          {found.first_rows.map((row) => (
            <tr key={row.line} className={row.place}>
              <th scope="row">{row.line}</th>
              {row.cells.map((cell, place) => (
                <td key={place} className={row.place === 'data' && !read[place] ? 'unread' : ''}>
                  {cell}
                  {row.place === 'head' && read[place] && read[place] !== cell.trim() && (
                    <Tag tone="blue">{read[place]}</Tag>
                  )}
                </td>
              ))}
              {row.place === 'above' && <td className="ink-3">{t('load.skipped')}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
