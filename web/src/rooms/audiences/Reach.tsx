import { useState } from 'react';
import { Link } from 'react-router';
import type { Expression, Preview, Value } from '../../api';
import { useText } from '../../kit/i18n';
import { Formatted } from '../../blocks/Formatted';
import { isGroup, isRow, sizeOf, type Group, type TreeNode } from '../../kit/condition/model';
import { rowSaid, useRowWords, type Entry, type Terms } from '../../kit/condition/vocabulary';
import { formatOf } from '../../kit/fields/formats';
import { Money } from '../../kit/figures';
import { decimal, share } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { Bar } from '../../kit/marks';
import { Panel } from '../../kit/Panel';
import { ErrorState, QueryState } from '../../kit/states';
import { useSentences } from './sentences';
import { useSample, type NarrowingStep, type useLiveCount } from './useLiveCount';

type Live = ReturnType<typeof useLiveCount>;

/** How many match now, what each step cost, against all customers one may see. */
export function ReachPanel({ live, terms }: { live: Live; terms: Terms }) {
  const { t, label } = useText();
  const { preview } = live;
  const data = preview.data;
  return (
    <Panel title={t('reach.matching')} side={<Counting live={live} />}>
      {preview.isError && !data && <ErrorState error={preview.error} retry={() => void preview.refetch()} />}
      {!data && !preview.isError && <p className="ink-2">{t('tree.empty')}</p>}
      {data && (
        <>
          <div className="reach-head">
            <span className="reach-count" data-testid="audience-count" aria-live="polite">
              {decimal(data.count, 0)}
            </span>
            <span className="unit">{t('unit.household')}</span>
            <span className="small ink-2">
              {t('reach.ofVisible')} <b>{share(data.count, data.visible_total)}</b>
              {data.total && (
                <>
                  <br />
                  {label(data.total.labels)}{' '}
                  <b>
                    <Money value={data.total.value} />
                  </b>
                </>
              )}
            </span>
          </div>
          {preview.isError && <p className="small tone-late">{t('state.failed')}</p>}
          <Narrowing data={data} steps={live.steps} terms={terms} />
        </>
      )}
    </Panel>
  );
}

function Counting({ live }: { live: Live }) {
  const { t } = useText();
  const { preview, expression, unfinished } = live;
  if (expression === null && preview.data) return <span className="stamp late">{t('reach.stale')}</span>;
  if (unfinished)
    return (
      <span className="stamp late" data-testid="count-unfinished">
        {t(preview.data ? 'reach.partial' : 'tree.unfinished')}
      </span>
    );
  if (preview.isFetching) return <span className="stamp">{t('reach.counting')}</span>;
  if (!preview.data) return null;
  return <span className="stamp live">{t('reach.recounted', { s: decimal(preview.data.elapsed_ms / 1000, 2) })}</span>;
}

/** Whether it bars those who meet all of several conditions, not those who meet any. */
function isNotBoth({ kind, children: [only, ...more] }: Group): boolean {
  return kind === 'none' && more.length === 0 && only !== undefined && isGroup(only) && only.kind === 'all';
}

/** A top-level part of the tree in few words. */
function useNodeWords(terms: Terms, nodes: TreeNode[]): (node: TreeNode) => string {
  const { t } = useText();
  const words = useRowWords(terms);
  const sentence = useSentences(nodes);
  return (node) => {
    if (isRow(node)) {
      return rowSaid(words(node));
    }
    if (!isGroup(node)) return sentence(node);
    return t('reach.group', { kind: t(`tree.${isNotBoth(node) ? 'notBoth' : node.kind}`), n: sizeOf(node).rows });
  };
}

function logShare(count: number, total: number): number {
  return count <= 0 || total <= 1 ? 0 : Math.log(count + 1) / Math.log(total + 1);
}

function Narrowing({ data, steps, terms }: { data: Preview; steps: NarrowingStep[]; terms: Terms }) {
  const { t } = useText();
  const words = useNodeWords(
    terms,
    steps.map(({ child }) => child),
  );
  const total = data.visible_total;
  return (
    <ol className="narrowing">
      <li>
        <span>{t('reach.visible')}</span>
        <Bar share={1} />
        <span className="num">{decimal(total, 0)}</span>
      </li>
      {steps.map((step, index) => {
        const last = index === steps.length - 1;
        const text = words(step.child);
        return (
          <li key={step.child.id} className={last ? 'strong' : ''}>
            <span>{index === 0 ? text : t('reach.and', { words: text })}</span>
            <Bar share={logShare(step.count ?? 0, total)} tone={last ? 'strong' : undefined} />
            <span className="num">{step.count === undefined ? '…' : decimal(step.count, 0)}</span>
          </li>
        );
      })}
      <li className="small ink-3">{t('reach.logScale')}</li>
    </ol>
  );
}

export function SamplePanel({
  condition,
  terms,
  onExplain,
}: {
  condition: Expression | null;
  terms: Terms;
  onExplain: () => void;
}) {
  const { t } = useText();
  const [seed, setSeed] = useState(1);
  const sample = useSample(condition, seed);
  return (
    <Panel
      title={t('sample.title')}
      meta={sample.data && t('sample.random', { n: sample.data.rows.length })}
      flush
      side={
        <>
          <button type="button" className="plain link" onClick={() => setSeed(seed + 1)} data-testid="sample-again">
            {t('sample.again')}
          </button>
          <button type="button" className="plain link" onClick={onExplain} data-testid="explain-open">
            <Icon name="help" size={14} /> {t('explain.open')}
          </button>
        </>
      }
    >
      {condition === null ? (
        <p className="panel-body ink-3">{t('tree.empty')}</p>
      ) : (
        <QueryState query={sample} rows={5}>
          {({ rows }) =>
            rows.length === 0 ? (
              <p className="panel-body ink-3">{t('sample.none')}</p>
            ) : (
              <table className="grid">
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.uid} data-testid="sample-row">
                      <td className="tight">
                        <Link to={`/records/party/${row.uid}`}>{row.display}</Link>
                      </td>
                      {Object.entries(row.values).map(([key, value]) => (
                        <SampleCell key={key} value={value} entry={terms.entries.get(key)} />
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </QueryState>
      )}
    </Panel>
  );
}

/** Whether a node lies under a "none of" group, where hits count against. */
export function negativeIds(root: Group): Set<string> {
  const found = new Set<string>();
  const walk = (group: Group, negative: boolean) => {
    const inside = negative !== (group.kind === 'none');
    for (const child of group.children) {
      if (inside) found.add(child.id);
      if (isGroup(child)) walk(child, inside);
    }
  };
  walk(root, false);
  return found;
}

/** A value that tells who somebody is, drawn by what its attribute or indicator is. */
function SampleCell({ value, entry }: { value: Value; entry: Entry | undefined }) {
  if (!entry) return <td />;
  return (
    <td className={formatOf(entry.format).words ? '' : 'num'}>
      <Formatted value={value} format={entry.format} unit={entry.unit} options={entry.options ?? []} />
    </td>
  );
}
