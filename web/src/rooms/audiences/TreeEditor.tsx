import { Dropdown } from 'antd';
import type { ReactNode } from 'react';
import { useText } from '../../kit/i18n';
import { asksOfBlank, BlankChoice } from '../../kit/condition/blank';
import { FieldPicker, OperatorSelect, ValueEditor } from '../../kit/condition/editors';
import {
  blankWords,
  addNode,
  defaultRow,
  isComplete,
  isRow,
  isSentence,
  newGroup,
  newRow,
  removeNode,
  setKind,
  shiftNode,
  updateNode,
  type Group,
  type GroupKind,
  type Leaf,
  type Row,
  type Sentence,
  type TreeNode,
} from '../../kit/condition/model';
import { useRowWords, type Entry, type Terms } from '../../kit/condition/vocabulary';
import { decimal, share } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { Bar } from '../../kit/marks';
import { useSentence } from './sentences';

/**
 * What stands at the right of each row and below each group: hits while building, facts while explaining. `unknown` is
 * how many lack the value that a row asks for.
 */
export type Annotations = {
  row: (row: Leaf) => ReactNode;
  group: (group: Group) => ReactNode;
  unknown?: (row: Leaf) => number | undefined;
};

type TreeProps = { root: Group; terms: Terms; annotations: Annotations; onChange?: (root: Group) => void };

/** The condition tree: one vertical band per group, rows that read as sentences. Without `onChange` it is read only. */
export function ConditionTree(props: TreeProps) {
  return (
    <div className="tree" data-testid="condition-tree">
      <GroupView {...props} group={props.root} level={0} excluded={false} />
    </div>
  );
}

/** `excluded`: it stands where hits count against. */
type Placing = { level: number; excluded: boolean };
type GroupProps = TreeProps & Placing & { group: Group };

function GroupView({ group, level, excluded, ...tree }: GroupProps) {
  const { t } = useText();
  const { root, onChange, annotations } = tree;
  const band = (
    <span>
      {[...t(`tree.${group.kind}`)].length > 5 ? t(`tree.${group.kind}`) : [...t(`tree.${group.kind}`)].join('')}
    </span>
  );
  return (
    <div className={`group ${group.kind} ${level === 0 ? 'root' : ''}`} data-testid={`group-${group.kind}`}>
      {onChange ? (
        <BandMenu kind={group.kind} onPick={(kind) => onChange(setKind(root, group.id, kind))}>
          {band}
        </BandMenu>
      ) : (
        <span className="band">{band}</span>
      )}
      <div className="members">
        {group.children.map((child) => (
          <NodeView
            key={child.id}
            {...tree}
            node={child}
            level={level + 1}
            excluded={excluded !== (group.kind === 'none')}
          />
        ))}
        <div className="group-foot">
          {onChange && <GroupActions {...tree} group={group} level={level} excluded={excluded} />}
          <span className="right row gap-12">
            {group.children.length === 0 && level > 0 ? <Unfinished /> : annotations.group(group)}
          </span>
        </div>
      </div>
    </div>
  );
}

function NodeView({ node, ...tree }: TreeProps & Placing & { node: TreeNode }) {
  if (isSentence(node)) return <SentenceView {...tree} sentence={node} />;
  return isRow(node) ? <RowView {...tree} row={node} /> : <GroupView {...tree} group={node} />;
}

const GROUP_KINDS: GroupKind[] = ['all', 'any', 'none'];

function BandMenu({
  kind,
  onPick,
  children,
}: {
  kind: GroupKind;
  onPick: (kind: GroupKind) => void;
  children: ReactNode;
}) {
  const { t } = useText();
  const items = GROUP_KINDS.map((key) => ({ key, label: t(`tree.${key}`), onClick: () => onPick(key) }));
  return (
    <Dropdown trigger={['click']} menu={{ items, selectedKeys: [kind] }}>
      <button type="button" className="plain band" aria-label={t(`tree.${kind}`)}>
        {children}
      </button>
    </Dropdown>
  );
}

function GroupActions({ group, root, terms, level, onChange }: GroupProps) {
  const { t } = useText();
  const first = terms.entries.values().next().value as Entry | undefined;
  const add = (node: TreeNode) => onChange?.(addNode(root, group.id, node));
  return (
    <>
      <button
        type="button"
        className="plain link"
        onClick={() => add(newRow('', '='))}
        disabled={!first}
        data-testid="tree-add-row"
      >
        <Icon name="plus" size={14} /> {t('tree.addRow')}
      </button>
      <button
        type="button"
        className="plain link"
        onClick={() => add(newGroup(group.kind === 'any' ? 'all' : 'any', [newRow('', '=')]))}
        data-testid="tree-add-group"
      >
        <Icon name="plus" size={14} /> {t('tree.addGroup')}
      </button>
      {level > 0 && (
        <button
          type="button"
          className="plain ink-3"
          aria-label={t('common.remove')}
          onClick={() => onChange?.(removeNode(root, group.id))}
        >
          <Icon name="remove" size={14} />
        </button>
      )}
    </>
  );
}

function KindBadge({ entry }: { entry: Entry | undefined }) {
  const { t } = useText();
  const kind = entry?.kind ?? 'field';
  return (
    <span className={`kind ${kind}`}>
      <Icon name={kind} size={13} /> {t(`condition.kind.${kind}`)}
    </span>
  );
}

/** What rows cannot say, in words: it is removed as a whole and never changed. */
function SentenceView({ sentence, root, annotations, onChange }: TreeProps & { sentence: Sentence }) {
  const { t } = useText();
  const words = useSentence(sentence.expression);
  return (
    <div className="tree-row" data-testid="condition-sentence">
      <span className="kind" title={t('tree.sentenceHint')}>
        <Icon name="message" size={13} /> {t('tree.sentence')}
      </span>
      <span className="sentence">{words}</span>
      <NoValue leaf={sentence} annotations={annotations} />
      <span className="right row gap-4">
        {annotations.row(sentence)}
        {onChange && <RowMenu row={sentence} root={root} onChange={onChange} />}
      </span>
    </div>
  );
}

function NoValue({ leaf, annotations }: { leaf: Leaf; annotations: Annotations }) {
  const { t } = useText();
  const lacking = annotations.unknown?.(leaf) ?? 0;
  if (lacking === 0) return null;
  return (
    <span className="small tone-attention" data-testid="no-value">
      {t('tree.noValue', { n: decimal(lacking, 0) })}
    </span>
  );
}

type BlankProps = {
  row: Row;
  terms: Terms;
  excluded: boolean;
  annotations: Annotations;
  onChange: (row: Row) => void;
};

/** Those without a value: how many they are and, where the test could mean either, whether they count. */
function Blanks({ row, terms, excluded, annotations, onChange }: BlankProps) {
  const { t } = useText();
  const lacking = annotations.unknown?.(row) ?? 0;
  const ask = t('tree.noValueAsk', { n: decimal(lacking, 0) });
  if (!asksOfBlank(row, terms.typeOf(row.field), excluded, lacking))
    return <NoValue leaf={row} annotations={annotations} />;
  return (
    <>
      {row.blank !== undefined && <NoValue leaf={row} annotations={annotations} />}
      <BlankChoice row={row} excluded={excluded} ask={ask} onChange={onChange} />
    </>
  );
}

function RowView({ row, root, terms, annotations, excluded, onChange }: TreeProps & Placing & { row: Row }) {
  const { t } = useText();
  const entry = terms.entries.get(row.field);
  const words = useRowWords(terms)(row);
  const unfinished = !isComplete(row);
  const change = (next: Row) => onChange?.(updateNode(root, row.id, () => next));
  return (
    <div className={`tree-row ${unfinished ? 'unfinished' : ''}`} data-testid="condition-row">
      <KindBadge entry={entry} />
      {onChange ? (
        <>
          <FieldPicker
            terms={terms}
            value={row.field || undefined}
            autoFocus={row.field === ''}
            onPick={(picked) => change({ ...defaultRow(picked), id: row.id })}
          />
          {entry && <OperatorSelect row={row} terms={terms} onChange={change} />}
          {entry && <ValueEditor row={row} terms={terms} onChange={change} />}
          {entry && !unfinished && (
            <Blanks row={row} terms={terms} excluded={excluded} annotations={annotations} onChange={change} />
          )}
        </>
      ) : (
        <>
          <span className="word">{words.field}</span> <span className="ink-2">{words.op}</span>{' '}
          {words.value && <span className="word">{words.value}</span>}
          {row.blank && <span className="small ink-2">{t(blankWords(row.blank, excluded))}</span>}
        </>
      )}
      <span className="right row gap-4">
        {unfinished ? <Unfinished /> : annotations.row(row)}
        {onChange && <RowMenu row={row} root={root} onChange={onChange} />}
      </span>
    </div>
  );
}

function Unfinished() {
  const { t } = useText();
  return (
    <span className="small tone-attention" data-testid="unfinished">
      {t('tree.unfinished')}
    </span>
  );
}

function RowMenu({ row, root, onChange }: { row: Leaf; root: Group; onChange: (root: Group) => void }) {
  const { t } = useText();
  const moves = [
    { key: 'up', label: t('tree.moveUp'), onClick: () => onChange(shiftNode(root, row.id, -1)) },
    { key: 'down', label: t('tree.moveDown'), onClick: () => onChange(shiftNode(root, row.id, 1)) },
  ];
  const remove = {
    key: 'remove',
    label: t('common.remove'),
    danger: true,
    onClick: () => onChange(removeNode(root, row.id)),
  };
  const items = isRow(row) ? [...moves, remove] : [remove];
  return (
    <Dropdown trigger={['click']} menu={{ items }} placement="bottomRight">
      <button type="button" className="plain ink-3 row-menu" aria-label={t('tree.rowActions')} data-testid="row-menu">
        ⋯
      </button>
    </Dropdown>
  );
}

/** Hits of a row beside a bar on the scale of all visible customers. */
export function RowHits({ count, total, negative }: { count: number | undefined; total: number; negative?: boolean }) {
  if (count === undefined) return null;
  return (
    <>
      <span className="ink-2" data-testid="row-count">
        {decimal(count, 0)}
      </span>
      <span style={{ width: 62 }}>
        <Bar share={total > 0 ? count / total : 0} tone={negative ? 'refused' : undefined} />
      </span>
    </>
  );
}

export function GroupHits({ group, count, total }: { group: Group; count: number | undefined; total: number }) {
  const { t } = useText();
  if (count === undefined) return null;
  return (
    <>
      <span className={`hits ${group.kind}`}>
        {t(group.kind === 'none' ? 'tree.excluded' : 'tree.group')} <b>{decimal(count, 0)}</b>
      </span>
      <span className="small ink-3 desk-only">{share(count, total, 1)}</span>
    </>
  );
}
