import type { ReactNode } from 'react';
import { useBlockRetry, usePage, type PageAsked } from '../api/hooks';
import type { Block, PageAnswer } from '../api';
import { useText } from '../kit/i18n';
import { useReport } from '../kit/feedback';
import { useIsPhone } from '../kit/hooks';
import { Page, type Crumb } from '../kit/Page';
import { Panel } from '../kit/Panel';
import { ErrorState, RefusedState, Skeleton } from '../kit/states';
import { arranged } from './arrangement';
import { BlockView, type BlockContext } from './BlockView';

type Props = {
  page: string;
  record?: string;
  /** The code of the unit for which a desk is looked at. */
  unit?: string;
  crumbs: (answer: PageAnswer | undefined) => Crumb[];
  actions?: ReactNode;
};

/** A page that the server describes as blocks: leading ones over the full width, the rest in two columns. */
export function BlocksPage({ page, record, unit, crumbs, actions }: Props) {
  const asked = { page, record, unit };
  const query = usePage(asked);
  const report = useReport();
  const retry = useBlockRetry(asked);
  const answer = query.data;
  return (
    <Page crumbs={crumbs(answer)}>
      {answer ? (
        <Blocks asked={asked} answer={answer} actions={actions} retry={(block) => void retry(block).catch(report)} />
      ) : (
        <Panel flush>
          {query.isError ? (
            <ErrorState error={query.error} retry={() => void query.refetch()} page />
          ) : (
            <Skeleton rows={10} />
          )}
        </Panel>
      )}
    </Page>
  );
}

type BlocksProps = {
  asked: PageAsked;
  answer: PageAnswer;
  actions?: ReactNode;
  retry: (block: string) => void;
};

function Blocks({ asked, answer, actions, retry }: BlocksProps) {
  const phone = useIsPhone();
  const { leads, columns, refused } = arranged(answer);
  const context = (index: number): BlockContext => ({
    asked,
    retry,
    actions: index === 0 ? actions : undefined,
  });
  const long = leads.some((block) => block.kind === 'identity');
  const ordered = phone ? [columns.flat()] : columns;
  return (
    <div className="blocks">
      <div className={phone ? 'leads on-dark' : 'leads'}>
        {leads.map((block, index) => (
          <BlockView key={block.key} block={block} context={context(index)} />
        ))}
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
      {refused.length > 0 && <Refused blocks={refused} />}
    </div>
  );
}

/** What the viewer may not see of the page, by name and once: a panel each would say the same over and over. */
function Refused({ blocks }: { blocks: Block[] }) {
  const { t, label } = useText();
  return (
    <Panel flush>
      <RefusedState
        title={t('block.refused', { names: blocks.map((block) => label(block.labels)).join(t('common.and')) })}
      />
    </Panel>
  );
}

/** A long page by its parts. */
function JumpBar({ blocks }: { blocks: Block[] }) {
  const { t, label } = useText();
  const jump = (key: string) => document.getElementById(`at-${key}`)?.scrollIntoView({ block: 'start' });
  return (
    <nav className="panel jump" aria-label={t('block.jump')}>
      {blocks.map((block) => (
        <button key={block.key} type="button" className="plain" onClick={() => jump(block.key)}>
          {label(block.labels)}
        </button>
      ))}
    </nav>
  );
}
