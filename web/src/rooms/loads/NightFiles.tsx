import { Link } from 'react-router';
import type { Night, NightFile } from '../../api';
import { useText } from '../../kit/i18n';
import { DataTable, type Column } from '../../kit/DataTable';
import { now } from '../../kit/clock';
import { date, datetime, decimal, instantDate, distance, NOTHING, percent, signed, time } from '../../kit/format';
import { Tag, type Tone } from '../../kit/marks';
import { Panel } from '../../kit/Panel';
import { Empty } from '../../kit/states';
import { Segments } from '../../kit/Tabs';
import { against, daysOf, filesOf, hasCome, isPartly, minutesLate, needsSomebody, onBand, todoOf } from './night';

const TONES: Record<NightFile['state'], Tone> = {
  running: 'blue',
  done: 'done',
  restored: 'done',
  failed: 'late',
  missing: 'late',
  waiting: 'attention',
  late: 'attention',
  cancelled: 'plain',
  discarded: 'plain',
  undone: 'plain',
  expected: 'plain',
  kept: 'plain',
  unplanned: 'plain',
};
const SHOWS = ['all', 'todo', 'done'] as const;
export type Shows = (typeof SHOWS)[number];
export const showsOf = (text: string | null): Shows => SHOWS.find((one) => one === text) ?? 'all';

/** The files of a night: what is due, what came, beside the day before and what is usual. */
export function NightFiles({ night, shows, onShow }: { night: Night; shows: Shows; onShow: (shows: Shows) => void }) {
  const { t } = useText();
  const { elsewhere, business_date: day } = night;
  const files = filesOf(night);
  const of = {
    all: files,
    todo: todoOf(night),
    done: files.filter((file) => hasCome(file) && !needsSomebody(file)),
  };
  return (
    <Panel
      id="night-files"
      title={t('night.files')}
      meta={t('night.filesMeta', { n: night.files.length })}
      side={
        <Segments
          items={SHOWS.map((key) => ({ key, title: t(`night.show.${key}`), count: of[key].length }))}
          value={shows}
          onChange={(key) => onShow(showsOf(key))}
          label={t('night.files')}
        />
      }
      foot={
        files.length > 0 && (
          <>
            <span className="small ink-3">{t('night.bandNote')}</span>
            {elsewhere > 0 && (
              <Link to="/loads" className="small" data-testid="night-elsewhere">
                {t('night.elsewhere', { n: elsewhere })}
              </Link>
            )}
          </>
        )
      }
      flush
    >
      {of[shows].length > 0 ? (
        <FileTable files={of[shows]} day={day} />
      ) : (
        <Empty title={t(`night.none.${shows}`)} text={files.length > 0 ? undefined : t('night.noSourcesText')} />
      )}
    </Panel>
  );
}

function FileTable({ files, day }: { files: NightFile[]; day: string }) {
  const { t, label } = useText();
  const name = (file: NightFile) => (
    <>
      {file.load ? <Link to={`/loads/${file.load}`}>{label(file.labels)}</Link> : <span>{label(file.labels)}</span>}
      <FileDays file={file} night={day} />
    </>
  );
  const rows = (file: NightFile) => (
    <span className={file.state === 'waiting' ? 'tone-attention strong' : ''}>
      {file.rows === null ? NOTHING : decimal(file.rows, 0)}
    </span>
  );
  const columns: Column<NightFile>[] = [
    { key: 'source', title: t('night.source'), tight: true, render: name },
    {
      key: 'due',
      title: t('night.due'),
      align: 'right',
      render: (file) => <span className="ink-2">{file.due_at ? time(file.due_at) : NOTHING}</span>,
    },
    {
      key: 'arrived',
      title: t('night.arrived'),
      align: 'right',
      tight: true,
      render: (file) => <Arrived file={file} />,
    },
    { key: 'state', title: t('common.state'), tight: true, render: (file) => <FileState file={file} /> },
    { key: 'rows', title: t('night.rows'), align: 'right', render: rows },
    {
      key: 'before',
      title: t('night.againstBefore'),
      align: 'right',
      render: (file) => <Against file={file} to={file.before} />,
    },
    {
      key: 'usual',
      title: t('night.againstUsual'),
      align: 'right',
      render: (file) => <Against file={file} to={file.usual} />,
    },
    { key: 'band', title: t('night.band'), width: 84, render: (file) => <Band file={file} /> },
    { key: 'rejected', title: t('night.rejected'), align: 'right', render: (file) => <Rejected file={file} /> },
  ];
  return (
    <DataTable
      columns={columns}
      rows={files}
      rowKey={(file) => file.load ?? file.source}
      path={(file) => (file.load ? `/loads/${file.load}` : undefined)}
      testId="night-file"
      twoLine={(file) => ({
        title: (
          <span className="row gap-4">
            <FileState file={file} /> {label(file.labels)} <FileDays file={file} night={day} />
          </span>
        ),
        sub: [file.due_at && t('night.dueAt', { time: time(file.due_at) }), file.owner].filter(Boolean).join(' · '),
        end: file.rows === null ? <Arrived file={file} /> : decimal(file.rows, 0),
        endSub: file.rows === null ? undefined : <Arrived file={file} />,
      })}
    />
  );
}

export function FileState({ file }: { file: NightFile }) {
  const { t } = useText();
  const partly = isPartly(file);
  const said =
    file.state === 'unplanned' && !file.newest
      ? t('night.state.unawaited')
      : t(`night.state.${file.state}`, { date: date(file.newest) });
  return (
    <span data-testid="night-state" data-state={file.state}>
      <Tag tone={partly ? 'attention' : TONES[file.state]}>{partly ? t('load.state.partly') : said}</Tag>
    </span>
  );
}

/** Of which days a file is whose name does not say this one. */
function FileDays({ file, night }: { file: NightFile; night: string }) {
  const { t } = useText();
  const days = daysOf(file, night);
  if (!days) return null;
  const said =
    days === 'unsaid'
      ? t('night.days.unsaid')
      : days.first === days.last
        ? date(days.first)
        : t('night.days.span', { first: date(days.first), last: date(days.last) });
  return <div className="small ink-3 nowrap">{said}</div>;
}

/** When a file came; how late it was, or still is. */
function Arrived({ file }: { file: NightFile }) {
  const { t } = useText();
  const late = minutesLate(file, now());
  const words = { day: t('time.day'), hour: t('time.hour'), minute: t('time.minute') };
  const span =
    late !== null && file.due_at
      ? distance(file.due_at, file.arrived_at ? Date.parse(file.arrived_at) : now(), words)
      : '';
  if (!file.arrived_at) {
    return span ? (
      <span className="tone-late nowrap">{t('night.lateBy', { span })}</span>
    ) : (
      <span className="ink-3">{NOTHING}</span>
    );
  }
  return (
    <span
      className={late === null ? 'nowrap' : 'tone-attention nowrap'}
      title={late === null ? undefined : t('night.lateBy', { span })}
    >
      {file.due_at && instantDate(file.arrived_at) === instantDate(file.due_at)
        ? time(file.arrived_at)
        : datetime(file.arrived_at)}
    </span>
  );
}

function Against({ file, to }: { file: NightFile; to: number | null }) {
  const value = against(file.rows, to);
  if (value === null) return <span className="ink-3">{NOTHING}</span>;
  const tone = file.state === 'waiting' ? 'tone-attention' : value === 0 ? 'ink-3' : '';
  return <span className={tone}>{signed(value, 1).text}%</span>;
}

/** The rows of a file on the span of 5 to 95 % of the last days. */
function Band({ file }: { file: NightFile }) {
  const { t } = useText();
  const found = onBand(file);
  if (!found || !file.band || file.usual === null) return <span className="ink-3">{NOTHING}</span>;
  const [low = 0, high = 0] = file.band;
  const outside = found.rows !== null && (found.rows < found.from || found.rows > found.to);
  const said = t('night.bandSaid', {
    low: decimal(Math.round(low), 0),
    high: decimal(Math.round(high), 0),
    usual: decimal(Math.round(file.usual), 0),
  });
  return (
    <span className="usual-band" role="img" aria-label={said} title={said}>
      <i style={{ left: `${found.from}%`, width: `${Math.max(found.to - found.from, 2)}%` }} />
      <b style={{ left: '50%' }} />
      {found.rows !== null && <em className={outside ? 'outside' : ''} style={{ left: `${found.rows}%` }} />}
    </span>
  );
}

function Rejected({ file }: { file: NightFile }) {
  const all = (file.rows ?? 0) + file.rejected;
  if (!file.load || all === 0) return <span className="ink-3">{NOTHING}</span>;
  const value = (100 * file.rejected) / all;
  return <span className={value > 0 ? 'tone-attention' : 'ink-3'}>{percent(value, 3)}</span>;
}
