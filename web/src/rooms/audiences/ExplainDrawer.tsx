import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { Drawer } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client';
import type { Explanation, ExplainNode, Expression, Value } from '../../api';
import { useText } from '../../kit/i18n';
import { isRef } from '../../kit/fields/values';
import { compile, isGroup, isRow, newRow, type Group, type Leaf, type TreeNode } from '../../kit/condition/model';
import { useRowWords, type Terms } from '../../kit/condition/vocabulary';
import { DayStamp, Mark } from '../../kit/marks';
import { QueryState } from '../../kit/states';
import { RecordPicker, type Picked } from '../../kit/fields/RecordPicker';
import { useSentences } from './sentences';
import { ConditionTree, type Annotations } from './TreeEditor';
import { negativeIds } from './Reach';

type Props = { open: boolean; onClose: () => void; root: Group; terms: Terms; name: string };

/** The same tree with one person's actual values. */
export function ExplainDrawer({ open, onClose, root, terms, name }: Props) {
  const { t } = useText();
  const [person, setPerson] = useState<Picked | undefined>();
  const compiled = useMemo(() => compile(root, terms.typeOf), [root, terms]);
  const explanation = useExplanation(open ? compiled.expression : null, person?.value);
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={800}
      title={
        <>
          {t('explain.title')} <span className="small ink-2">{name}</span>
        </>
      }
      extra={<DayStamp date={explanation.data?.business_date} />}
      footer={
        <span className="row">
          <span className="small ink-3">{t('explain.logged')}</span>
          {person && (
            <Link className="right" to={`/records/party/${person.value}`}>
              {t('explain.openCustomer')}
            </Link>
          )}
        </span>
      }
    >
      <div style={{ maxWidth: 320, marginBottom: 12 }}>
        <RecordPicker object="party" testId="explain-person" value={person} onChange={setPerson} autoFocus />
      </div>
      {!person && <p className="ink-3">{t('explain.pick')}</p>}
      {person && (
        <QueryState query={explanation} rows={8}>
          {(data) => <Explained data={data} paths={compiled.paths} root={root} terms={terms} name={person.label} />}
        </QueryState>
      )}
    </Drawer>
  );
}

function useExplanation(condition: Expression | null, party: string | undefined) {
  return useQuery({
    queryKey: ['audience-explain', condition, party],
    queryFn:
      condition && party
        ? ({ signal }) => api.post('/audiences/explain', { body: { condition, party }, signal })
        : skipToken,
    placeholderData: keepPreviousData,
  });
}

function flatten(node: ExplainNode, found = new Map<string, ExplainNode>()): Map<string, ExplainNode> {
  found.set(node.path, node);
  node.children?.forEach((child) => flatten(child, found));
  return found;
}

function leavesOf(node: TreeNode): Leaf[] {
  return isGroup(node) ? node.children.flatMap(leavesOf) : [node];
}

type ExplainedProps = { data: Explanation; paths: Map<string, string>; root: Group; terms: Terms; name: string };

function Explained({ data, paths, root, terms, name }: ExplainedProps) {
  const { t } = useText();
  const words = useRowWords(terms);
  const leaves = useMemo(() => leavesOf(root), [root]);
  const sentenceOf = useSentences(leaves);
  const nodes = useMemo(() => flatten(data.tree), [data]);
  const negative = useMemo(() => negativeIds(root), [root]);
  const nodeOf = (id: string) => {
    const path = paths.get(id);
    return path === undefined ? undefined : nodes.get(path);
  };
  /** A row under "none of" speaks for the person when it does not hold. */
  const speaksFor = (id: string): boolean | null => {
    const result = nodeOf(id)?.result ?? null;
    return result === null ? null : negative.has(id) ? !result : result;
  };
  const annotations: Annotations = {
    row: (row) => {
      const node = nodeOf(row.id);
      if (!node) return null;
      return <Actual terms={terms} node={factOf(node)} good={speaksFor(row.id)} />;
    },
    group: (group) => {
      const node = nodeOf(group.id);
      if (!node || group.children.length === 0) return null;
      return (
        <span className="row gap-4 ink-2">
          {t(node.result ? 'explain.holds' : 'explain.fails')} <Mark tone={speaksFor(group.id) ? 'done' : 'refused'} />
        </span>
      );
    },
  };
  const failing = root.children
    .filter((child) => speaksFor(child.id) === false)
    .flatMap(leavesOf)
    .filter((row) => speaksFor(row.id) === false);
  const sentence = (leaf: Leaf) =>
    isRow(leaf) ? Object.values(words(leaf)).filter(Boolean).join(' ') : sentenceOf(leaf);
  const reason = failing
    .map((row) => t(negative.has(row.id) ? 'explain.hits' : 'explain.misses', { words: sentence(row) }))
    .join(t('explain.then'));
  const checked = leaves.filter((row) => paths.has(row.id));
  const favour = checked.filter((row) => speaksFor(row.id) === true);
  return (
    <>
      <div className={`verdict ${data.member ? 'in' : 'out'}`} data-testid="explain-verdict" data-member={data.member}>
        <Mark tone={data.member ? 'done' : 'refused'} />
        <div>
          <b>{t(data.member ? 'explain.in' : 'explain.out', { name })}</b>
          <p>
            {data.member
              ? t(favour.length === checked.length ? 'explain.becauseIn' : 'explain.becauseEnough', {
                  n: checked.length,
                  m: favour.length,
                })
              : t('explain.because', { words: reason || '—' })}
          </p>
        </div>
      </div>
      <div className="row" style={{ margin: '12px 0 8px' }}>
        <b>{t('explain.check')}</b>
        <span className="right row small">
          <Mark tone="done" /> {t('explain.for')} <Mark tone="refused" /> {t('explain.against')}
        </span>
      </div>
      <div className="panel">
        <ConditionTree root={root} terms={terms} annotations={annotations} />
      </div>
    </>
  );
}

function textOf(value: Value | undefined): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(textOf);
  if (isRef(value)) return [value.display];
  return [typeof value === 'object' ? String(value.amount ?? '') : String(value)];
}

/** Where the value is that a row asks for: the row may stand for several tests of it. */
function factOf(node: ExplainNode): ExplainNode {
  const [first] = node.children ?? [];
  return first ? factOf(first) : node;
}

type ActualProps = { terms: Terms; node: ExplainNode; good: boolean | null };

function Actual({ terms, node, good }: ActualProps) {
  const { t } = useText();
  const words = useRowWords(terms);
  const values = textOf(node.actual);
  const shown = values.length > 0 ? words(newRow(node.field ?? '', 'in', values)).value : t('explain.unknownValue');
  return (
    <span className="row gap-4" data-testid="explain-actual">
      <span className="ink-2">{t('explain.actual')}</span>
      <b className={good ? '' : 'tone-refused'}>{shown}</b>
      <Mark tone={good === null ? 'none' : good ? 'done' : 'refused'} />
    </span>
  );
}
