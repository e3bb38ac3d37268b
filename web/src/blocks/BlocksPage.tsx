import type { ReactNode } from 'react';
import { useBlockRetry, usePage } from '../api/hooks';
import type { Block, PageAnswer } from '../api';
import { useText } from '../app/i18n';
import { useReport } from '../kit/feedback';
import { useIsPhone } from '../kit/hooks';
import { Page, type Crumb } from '../kit/Page';
import { Panel } from '../kit/Panel';
import { ErrorState, Skeleton } from '../kit/states';
import { BlockView, isLead, type BlockContext } from './BlockView';

type Props = { page: string; record?: string; crumbs: (answer: PageAnswer | undefined) => Crumb[]; actions?: ReactNode };

/** A page that the server describes as blocks: leading ones over the full width, the rest in two columns. */
export function BlocksPage({ page, record, crumbs, actions }: Props) {
  const query = usePage(page, record);
  const report = useReport();
  const retry = useBlockRetry(page, record);
  const answer = query.data;
  return (
    <Page crumbs={crumbs(answer)}>
      {answer ? (
        <Blocks answer={answer} record={record} actions={actions} retry={(block) => void retry(block).catch(report)} />
      ) : (
        <Panel flush>
          {query.isError ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={10} />}
        </Panel>
      )}
    </Page>
  );
}

type BlocksProps = { answer: PageAnswer; record?: string; actions?: ReactNode; retry: (block: string) => void };

/** A band of figures without figures takes no room: the blocks below say what is missing. */
const isBand = (block: Block) => block.kind === 'figures';

function splitLeads(answer: PageAnswer): { leads: Block[]; columns: Block[][] } {
  const block = (key: string) => answer.blocks[key];
  const present = (keys: string[]) => keys.map(block).filter((found): found is Block => found !== undefined && found.key !== answer.header && !(isBand(found) && found.state === 'empty'));
  const [wide = [], ...side] = answer.columns.map(present);
  const header = answer.header ? block(answer.header) : undefined;
  const firstOther = wide.findIndex((found) => !isLead(found));
  const cut = firstOther < 0 ? wide.length : firstOther;
  const leads = [...(header ? [header] : []), ...wide.slice(0, cut)];
  return { leads, columns: [wide.slice(cut), ...side].filter((column) => column.length > 0) };
}

function Blocks({ answer, record, actions, retry }: BlocksProps) {
  const phone = useIsPhone();
  const { leads, columns } = splitLeads(answer);
  const context = (index: number): BlockContext => ({ record, retry, actions: index === 0 ? actions : undefined });
  const long = leads.some((block) => block.kind === 'identity');
  const ordered = phone ? [columns.flat()] : columns;
  return (
    <div className="blocks">
      <div className={phone ? 'leads on-dark' : 'leads'}>
        {leads.map((block, index) => <BlockView key={block.key} block={block} context={context(index)} />)}
      </div>
      {long && <JumpBar blocks={columns.flat()} />}
      <div className={ordered.length > 1 ? `columns ${long ? '' : 'even'}` : 'blocks'}>
        {ordered.map((column, index) => (
          <div key={index} className="column blocks">
            {column.map((block) => (
              <div key={block.key} id={`at-${block.key}`} className="block-anchor">
                <BlockView block={block} context={context(-1)} />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** A long page by its parts. */
function JumpBar({ blocks }: { blocks: Block[] }) {
  const { t, label } = useText();
  const jump = (key: string) => document.getElementById(`at-${key}`)?.scrollIntoView({ block: 'start' });
  return (
    <nav className="panel jump" aria-label={t('block.jump')}>
      {blocks.map((block) => (
        <button key={block.key} type="button" className="plain" onClick={() => jump(block.key)}>{label(block.labels)}</button>
      ))}
    </nav>
  );
}
