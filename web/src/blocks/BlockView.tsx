import { Button } from 'antd';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import type { Block, HistoryData, LaterBlock, PageAction, TableBlock as TableShown, UnavailableBlock } from '../api';
import { useText } from '../kit/i18n';
import { ApiError } from '../api/client';
import { useLaterBlock, useMoreRows, useObjectMeta, type PageAsked } from '../api/hooks';
import { useReport } from '../kit/feedback';
import { useInSight } from '../kit/hooks';
import { inSentence } from '../kit/format';
import { Icon } from '../kit/Icon';
import { Stamp, Tag } from '../kit/marks';
import { Panel } from '../kit/Panel';
import { leadingBack } from '../kit/returning';
import { Empty, ErrorState, QueryState, RefusedState, Skeleton } from '../kit/states';
import { isLead } from './arrangement';
import { BriefBlock, FiguresBlock } from './BriefBlock';
import { FieldsBlock } from './FieldsBlock';
import { HistoryList, TagList, Timeline, TouchList, WorkList } from './lists';
import { SeriesBlock } from './SeriesBlock';
import { TableBlock } from './TableBlock';

// Of one page only.
const IdentityBlock = lazy(async () => ({ default: (await import('./IdentityBlock')).IdentityBlock }));

/** A block whose data are there, though perhaps none yet. */
type Shown = Exclude<Block, UnavailableBlock | LaterBlock>;

export type BlockContext = { asked: PageAsked; retry: (block: string) => void; actions?: ReactNode };

const FLUSH = new Set<Block['kind']>(['table', 'work', 'touches']);

export function BlockView({ block, context }: { block: Block; context: BlockContext }) {
  const { label } = useText();
  const title = label(block.labels);
  if (block.kind === 'later') return <Later block={block} title={title} context={context} />;
  if (block.state === 'ok' && isLead(block)) return <LeadBlock block={block} context={context} />;
  const good = block.state === 'ok';
  const more = good ? moreOf(block) : null;
  return (
    <Panel
      id={`block-${block.key}`}
      title={title}
      meta={good ? <BlockMeta block={block} /> : undefined}
      side={
        <>
          <Whole block={block} />
          <CreateLink block={block} title={title} />
          <Stamp asOf={block.as_of} />
        </>
      }
      flush={!good || FLUSH.has(block.kind)}
      foot={
        more ? (
          <BlockFoot {...more} />
        ) : good && block.kind === 'table' && block.data.next ? (
          <MoreRows block={block} left={block.data.next.left} context={context} />
        ) : undefined
      }
    >
      <BlockBody block={block} title={title} context={context} />
    </Panel>
  );
}

/** The room of a block that nobody has come to yet: nothing is under way in it. */
const UNSEEN = 160;

/** A block whose data are asked for when it comes into sight: they are many, and few read all of a long page. */
function Later({ block, title, context }: { block: LaterBlock; title: string; context: BlockContext }) {
  const { t } = useText();
  const [box, seen] = useInSight();
  const { data, isError, error, refetch } = useLaterBlock(context.asked, block.key, seen);
  const retry = () => void refetch();
  if (data && data.state !== 'refused') return <BlockView block={data} context={{ ...context, retry }} />;
  return (
    <div ref={box}>
      <Panel id={`block-${block.key}`} title={title} flush>
        {data ? (
          <RefusedState title={t('block.refused', { names: title })} />
        ) : isError ? (
          <ErrorState error={error} retry={retry} />
        ) : seen ? (
          <Skeleton rows={4} />
        ) : (
          <div style={{ minHeight: UNSEEN }} />
        )}
      </Panel>
    </div>
  );
}

/** Further rows of a table that stand nowhere else. */
function MoreRows({ block, left, context }: { block: TableShown; left: number; context: BlockContext }) {
  const { t } = useText();
  const report = useReport();
  const [asked, setAsked] = useState(false);
  const more = useMoreRows(context.asked);
  const show = () => {
    setAsked(true);
    more(block)
      .catch(report)
      .finally(() => setAsked(false));
  };
  return (
    <>
      {t('block.more', { count: left })}
      <Button className="right" type="link" size="small" loading={asked} onClick={show} data-testid="more-rows">
        {t('block.showMore')}
      </Button>
    </>
  );
}

function LeadBlock({ block, context }: { block: Block; context: BlockContext }) {
  const whole = <Whole block={block} />;
  if (block.kind === 'brief')
    return <BriefBlock data={block.data} asOf={block.as_of} mark={whole} actions={context.actions} />;
  if (block.kind === 'figures') return <FiguresBlock figures={block.data.figures} asOf={block.as_of} mark={whole} />;
  if (block.kind !== 'identity') return null;
  return (
    <Suspense fallback={<Skeleton rows={3} />}>
      <IdentityBlock data={block.data} asOf={block.as_of} actions={context.actions} />
    </Suspense>
  );
}

/** That a block tells of everything on a page that is narrowed to one unit. */
function Whole({ block }: { block: Block }) {
  const { t } = useText();
  return 'whole' in block && block.whole ? <Tag>{t('block.whole')}</Tag> : null;
}

/** One more record of the block, for whoever may make one; its form leads back here. */
function CreateLink({ block, title }: { block: Block; title: string }) {
  const { t } = useText();
  const { pathname, search } = useLocation();
  const path = block.kind === 'table' || block.kind === 'work' ? block.data.create : null;
  if (!path) return null;
  return (
    <Link
      className="create-link"
      to={leadingBack(path, pathname + search)}
      aria-label={t('record.new', { name: inSentence(title) })}
      data-testid={`create-${block.key}`}
    >
      <Icon name="plus" size={13} /> {t('common.create')}
    </Link>
  );
}

function BlockMeta({ block }: { block: Block }) {
  if (block.kind === 'work') return <>{block.data.total}</>;
  if (block.kind === 'tags') return <>{block.data.tags.length}</>;
  if (block.kind === 'table')
    return <>{block.data.rows.length + (block.data.more?.count ?? block.data.next?.left ?? 0)}</>;
  return null;
}

type More = { count: number; path: string };

/** What a block does not show, and where it is. */
function moreOf(block: Block): More | null {
  if (block.kind === 'table') return block.data.more && block.data.more.count > 0 ? block.data.more : null;
  const hidden = block.kind === 'work' ? block.data.total - block.data.items.length : 0;
  return block.kind === 'work' && hidden > 0 ? { count: hidden, path: block.data.path } : null;
}

function BlockFoot({ count, path }: More) {
  const { t } = useText();
  return (
    <>
      {t('block.more', { count })}
      <Link className="right" to={path}>
        {t('common.viewAll')}
      </Link>
    </>
  );
}

function BlockBody({ block, title, context }: { block: Block; title: string; context: BlockContext }) {
  if (block.kind === 'unavailable') return <Unavailable block={block} retry={() => context.retry(block.key)} />;
  if (block.state === 'empty') return <EmptyBlock block={block} />;
  switch (block.kind) {
    case 'table':
      return <TableBlock data={block.data} />;
    case 'series':
      return <SeriesBlock data={block.data} title={title} />;
    case 'fields':
      return <FieldsBlock data={block.data} />;
    case 'tags':
      return <TagList tags={block.data.tags} />;
    case 'timeline':
      return <Timeline entries={block.data.entries} />;
    case 'work':
      return block.data.items.length > 0 ? <WorkList items={block.data.items} /> : <EmptyBlock block={block} />;
    case 'touches':
      return <TouchList rows={block.data.rows} />;
    case 'history':
      return <History data={block.data} />;
    default:
      return null;
  }
}

function Unavailable({ block, retry }: { block: UnavailableBlock; retry: () => void }) {
  const { code, message, request_id = '' } = block.error;
  return <ErrorState error={new ApiError(500, { code, message }, request_id)} retry={retry} />;
}

function History({ data }: { data: HistoryData }) {
  const meta = useObjectMeta(data.object);
  return <QueryState query={meta}>{({ fields }) => <HistoryList entries={data.entries} fields={fields} />}</QueryState>;
}

function EmptyBlock({ block }: { block: Shown }) {
  const { t, label } = useText();
  const { title: said, text, actions } = block.empty ?? {};
  const next = actions && actions.length > 0 && <NextSteps actions={actions} />;
  const isWork = block.kind === 'work';
  return (
    <Empty
      icon={isWork ? 'shield' : 'inbox'}
      tone={isWork ? 'done' : undefined}
      title={label(said) || (isWork ? t('block.noWork') : t('state.emptyTitle'))}
      text={label(text) || t(isWork ? 'block.noWorkText' : 'block.emptyText')}
      actions={next}
    />
  );
}

/** What the viewer may do about an empty block; the first is the usual one. */
function NextSteps({ actions }: { actions: PageAction[] }) {
  const { label } = useText();
  const navigate = useNavigate();
  return actions.map((action, index) => (
    <Button
      key={action.key}
      type={index === 0 ? 'primary' : 'default'}
      onClick={() => void navigate(action.path)}
      data-testid="empty-action"
    >
      {label(action.labels)}
    </Button>
  ));
}
