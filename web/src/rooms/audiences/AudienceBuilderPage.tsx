import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Modal } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import { useCan, useVocabulary } from '../../api/hooks';
import type { Audience, Expression, Vocabulary } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { isStale, useReport, useSay } from '../../kit/feedback';
import { decimal } from '../../kit/format';
import { DayStamp, Tag } from '../../kit/marks';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { StaleNotice } from '../../kit/StaleNotice';
import { QueryState } from '../../kit/states';
import { useUnsaved } from '../../kit/unsaved';
import { compile, hasUnfinished, newGroup, newRow, redrawn, sizeOf, type Group } from '../../kit/condition/model';
import { parse } from '../../kit/condition/reading';
import { knownIn, useVocabularyTerms, type Terms } from '../../kit/condition/vocabulary';
import { ExplainDrawer } from './ExplainDrawer';
import { negativeIds, ReachPanel, SamplePanel } from './Reach';
import { SnapshotsPanel } from './SnapshotsPanel';
import { ConditionTree, GroupHits, RowHits, type Annotations } from './TreeEditor';
import { useLiveCount } from './useLiveCount';

/** Build an audience or change one; the page waits for its words and, when there is one, the stored condition. */
export function AudienceBuilderPage() {
  const { uid } = useParams();
  const vocabulary = useVocabulary();
  const audience = useQuery({
    queryKey: ['audience', uid],
    queryFn: ({ signal }) => api.get('/audiences/{uid}', { path: { uid: uid ?? '' }, signal }),
    enabled: uid !== undefined,
  });
  const { t } = useText();
  if (vocabulary.data && (!uid || audience.data)) {
    return <Builder key={uid ?? 'new'} vocabulary={vocabulary.data} audience={audience.data} />;
  }
  const waiting = vocabulary.data ? audience : vocabulary;
  return (
    <Page crumbs={[{ title: t('audience.title'), path: '/audiences' }, { title: t('audience.builder') }]}>
      <Panel flush>
        <QueryState<unknown> query={waiting} rows={12}>
          {() => null}
        </QueryState>
      </Panel>
    </Page>
  );
}

const read = (audience: Audience, terms: Terms): Group => parse(audience.condition, knownIn(terms));

/** What a tree says, however it was written: the server spells numbers in its own way. */
const meaning = (root: Group, terms: Terms): string => JSON.stringify(compile(redrawn(root), terms.typeOf).expression);

function Builder({ vocabulary, audience }: { vocabulary: Vocabulary; audience?: Audience }) {
  const { t } = useText();
  const terms = useVocabularyTerms(vocabulary);
  const [drawn] = useState<Group>(() => (audience ? read(audience, terms) : newGroup('all', [newRow('', '=')])));
  const [root, setRoot] = useState(drawn);
  const [explaining, setExplaining] = useState(false);
  const live = useLiveCount(root, terms);
  const name = audience?.name ?? t('audience.untitled');
  const saved = useMemo(() => (audience ? meaning(read(audience, terms), terms) : 'null'), [audience, terms]);
  const now = compile(root, terms.typeOf).expression;
  const unfinished = hasUnfinished(root);
  const dirty = meaning(root, terms) !== saved || (unfinished && root !== drawn);
  const naming = useRef(false);
  const leave = useUnsaved(() => dirty || naming.current);
  const onNaming = useCallback((typed: boolean) => {
    naming.current = typed;
  }, []);
  return (
    <Page
      crumbs={[{ title: t('audience.title'), path: '/audiences' }, { title: audience ? name : t('audience.builder') }]}
      title={name}
      mark={dirty && audience ? <Tag tone="attention">{t('record.unsaved')}</Tag> : undefined}
      sub={audience?.description}
      actions={
        <>
          <DayStamp date={live.preview.data?.business_date ?? vocabulary.business_date} />
          <Actions
            audience={audience}
            condition={now}
            dirty={dirty}
            unfinished={unfinished}
            leave={leave}
            onNaming={onNaming}
          />
        </>
      }
    >
      <div className="columns builder">
        <TreePanel root={root} terms={terms} live={live} total={vocabulary.visible_total} onChange={setRoot} />
        <div className="column">
          <ReachPanel live={live} terms={terms} />
          <SamplePanel condition={live.expression} terms={terms} onExplain={() => setExplaining(true)} />
          {audience && <SnapshotsPanel uid={audience.uid} />}
        </div>
      </div>
      <ExplainDrawer open={explaining} onClose={() => setExplaining(false)} root={root} terms={terms} name={name} />
    </Page>
  );
}

type TreePanelProps = {
  root: Group;
  terms: Terms;
  live: ReturnType<typeof useLiveCount>;
  total: number;
  onChange: (root: Group) => void;
};

function TreePanel({ root, terms, live, total, onChange }: TreePanelProps) {
  const { t } = useText();
  const negative = useMemo(() => negativeIds(root), [root]);
  const visible = live.preview.data?.visible_total ?? total;
  const annotations: Annotations = {
    row: (row) => <RowHits count={live.countOf(row.id)} total={visible} negative={negative.has(row.id)} />,
    group: (group) => <GroupHits group={group} count={live.countOf(group.id)} total={visible} />,
    unknown: (row) => live.unknownOf(row.id),
  };
  const size = sizeOf(root);
  return (
    <Panel
      title={t('tree.title')}
      meta={t('tree.size', size)}
      side={<span className="small ink-3 desk-only">{t('tree.own')}</span>}
      flush
    >
      {root.children.length === 0 && <p className="panel-body ink-3">{t('tree.empty')}</p>}
      <ConditionTree root={root} terms={terms} annotations={annotations} onChange={onChange} />
    </Panel>
  );
}

type SaveArgs = { audience?: Audience; leave: () => void; onNaming: (typed: boolean) => void };

type ActionProps = SaveArgs & { condition: Expression | null; dirty: boolean; unfinished: boolean };

function Actions({ condition, dirty, unfinished, ...args }: ActionProps) {
  const { audience, leave } = args;
  const { t } = useText();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [naming, setNaming] = useState(false);
  const snapshot = useChange({
    mutationFn: () => api.post('/audiences/{uid}/snapshots', { path: { uid: audience?.uid ?? '' } }),
    onSuccess: (taken) => {
      say(t('audience.snapshotTaken', { n: decimal(taken.count, 0) }));
      void client.invalidateQueries({ queryKey: ['audience-snapshots', audience?.uid] });
    },
    onError: report,
  });
  const drop = useChange({
    mutationFn: () =>
      api.delete('/audiences/{uid}', {
        path: { uid: audience?.uid ?? '' },
        query: { revision: audience?.revision ?? 0 },
      }),
    onSuccess: () => {
      leave();
      void navigate('/audiences');
    },
    onError: report,
  });
  const remove = () =>
    void modal.confirm({
      title: t('audience.deleteTitle', { name: audience?.name ?? '' }),
      content: t('audience.deleteText'),
      okText: t('common.delete'),
      okButtonProps: { danger: true },
      onOk: () => drop.mutateAsync().catch(() => undefined),
    });
  const mayCreate = useCan('audience.create');
  const mayDelete = audience?.permitted.includes('delete');
  const mayUpdate = audience?.permitted.includes('update');
  const maySave = audience ? mayUpdate : mayCreate;
  const canPublish = useCan('campaign.create');
  const hint = unfinished ? t('tree.unfinished') : undefined;
  return (
    <>
      {mayDelete && (
        <Button onClick={remove} data-testid="audience-delete">
          {t('common.delete')}
        </Button>
      )}
      {mayUpdate && (
        <Button
          loading={snapshot.isPending}
          disabled={dirty || unfinished}
          title={hint}
          onClick={() => snapshot.mutate()}
          data-testid="snapshot"
        >
          {t('audience.snapshot')}
        </Button>
      )}
      {audience && canPublish && (
        <Button
          disabled={dirty || unfinished}
          title={hint}
          onClick={() => void navigate(`/campaigns/new?audience=${audience.uid}`)}
          data-testid="use-in-campaign"
        >
          {t('audience.useInCampaign')}
        </Button>
      )}
      {maySave && (
        <Button
          type="primary"
          disabled={condition === null || unfinished}
          title={hint}
          onClick={() => setNaming(true)}
          data-testid="audience-save"
        >
          {t('common.save')}
        </Button>
      )}
      {condition && <SaveDialog open={naming} onClose={() => setNaming(false)} condition={condition} {...args} />}
    </>
  );
}

type SaveValues = { name: string; description?: string };

function SaveDialog({
  open,
  onClose,
  audience,
  condition,
  leave,
  onNaming,
}: SaveArgs & { condition: Expression; open: boolean; onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [form] = Form.useForm<SaveValues>();
  const [stale, setStale] = useState<ApiError | null>(null);
  useEffect(() => {
    onNaming(false);
    if (open) form.resetFields();
  }, [open, form, onNaming]);
  const save = useChange({
    mutationFn: (values: SaveValues) => {
      const body = { name: values.name, description: values.description ?? '', condition };
      return audience
        ? api.patch('/audiences/{uid}', { path: { uid: audience.uid }, body: { ...body, revision: audience.revision } })
        : api.post('/audiences', { body });
    },
    onSuccess: (saved) => {
      say(t('common.saved'));
      client.setQueryData(['audience', saved.uid], saved);
      void client.invalidateQueries({ queryKey: ['audiences'] });
      onClose();
      if (audience) return;
      leave();
      void navigate(`/audiences/${saved.uid}`);
    },
    onError: (error) => {
      if (isStale(error)) return setStale(error);
      const faults =
        error instanceof ApiError
          ? error.findings.filter((finding) => finding.field === 'name' || finding.field === 'description')
          : [];
      if (faults.length === 0) return report(error);
      form.setFields(faults.map((finding) => ({ name: finding.field as keyof SaveValues, errors: [finding.message] })));
    },
  });
  const reload = () =>
    void client.invalidateQueries({ queryKey: ['audience', audience?.uid] }).then(() => setStale(null));
  return (
    <Modal
      open={open}
      title={t('audience.saveTitle')}
      okText={t('common.save')}
      okButtonProps={{ 'data-testid': 'audience-save-confirm' }}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      width={440}
    >
      {stale && <StaleNotice error={stale} onReload={reload} />}
      <Form<SaveValues>
        form={form}
        layout="vertical"
        initialValues={{ name: audience?.name, description: audience?.description }}
        onValuesChange={() => onNaming(true)}
        onFinish={(values) => save.mutate(values)}
      >
        <Form.Item name="name" label={t('audience.name')} rules={[{ required: true, message: t('common.required') }]}>
          <Input autoFocus data-testid="audience-name" />
        </Form.Item>
        <Form.Item name="description" label={t('audience.description')}>
          <Input.TextArea rows={2} data-testid="audience-description" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
