import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { Button, Form, Input, Select, type FormInstance, type FormRule as Rule } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import type { Campaign, CampaignOptions } from '../../api';
import { useText } from '../../kit/i18n';
import { useChange } from '../../kit/change';
import { isStale, useReport, useSay } from '../../kit/feedback';
import { decimal, NOTHING } from '../../kit/format';
import { NumberInput } from '../../kit/NumberInput';
import { wholeOf } from '../../kit/plain';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { StaleNotice } from '../../kit/StaleNotice';
import { QueryState } from '../../kit/states';
import { useUnsaved } from '../../kit/unsaved';
import { draftOf, hasEdits, isWholeBetween, valuesOf, type Values } from './draft';
import { ProductSelect } from './ProductSelect';
import { useCampaign, useCampaignOptions } from './queries';

export function CampaignEditPage() {
  const { t } = useText();
  const { uid } = useParams();
  const options = useCampaignOptions();
  const campaign = useCampaign(uid);
  if (options.data && (!uid || campaign.data)) return <Editor options={options.data} campaign={campaign.data} />;
  const waiting: UseQueryResult<unknown> = options.data ? campaign : options;
  return (
    <Page crumbs={[{ title: t('campaign.title'), path: '/campaigns' }, { title: t('campaign.new') }]}>
      <Panel flush>
        <QueryState query={waiting}>{() => null}</QueryState>
      </Panel>
    </Page>
  );
}

/** A number that must lie within bounds; out of them the field says so and keeps what was typed. */
function useWholeNumber(low: number, high: number): Rule[] {
  const { t } = useText();
  const message = t('common.wholeNumber', { low, high });
  return [
    { required: true, message: t('common.required') },
    {
      validator: (_, value: unknown) =>
        isWholeBetween(value, low, high) ? Promise.resolve() : Promise.reject(new Error(message)),
    },
  ];
}

function Editor({ options, campaign }: { options: CampaignOptions; campaign?: Campaign }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [form] = Form.useForm<Values>();
  const [initial] = useState(() => valuesOf(campaign, params.get('audience'), options));
  const leave = useUnsaved(() => hasEdits(initial, form.getFieldsValue()));
  const save = useSaveDraft(campaign, form, leave);
  const title = t(campaign ? 'campaign.editTitle' : 'campaign.new');
  return (
    <Page
      crumbs={[
        { title: t('campaign.title'), path: '/campaigns' },
        ...(campaign ? [{ title: campaign.name, path: `/campaigns/${campaign.uid}` }] : []),
        { title },
      ]}
      title={title}
      actions={
        <>
          <Button onClick={() => void navigate(campaign ? `/campaigns/${campaign.uid}` : '/campaigns')}>
            {t('common.cancel')}
          </Button>
          <Button type="primary" loading={save.pending} onClick={() => form.submit()} data-testid="campaign-save">
            {t('common.save')}
          </Button>
        </>
      }
    >
      {save.stale && <StaleNotice error={save.stale} onReload={save.reload} />}
      <Form<Values> form={form} layout="vertical" initialValues={initial} onFinish={save.run}>
        <div className="columns">
          <Panel title={t('campaign.setup')}>
            <PlanFields options={options} campaign={campaign} />
          </Panel>
          <div className="column">
            <Panel title={t('campaign.goal')}>
              <GoalFields options={options} form={form} />
            </Panel>
            <Panel title={t('campaign.template')}>
              <TemplateView options={options} form={form} />
            </Panel>
          </div>
        </div>
      </Form>
    </Page>
  );
}

function PlanFields({ options, campaign }: { options: CampaignOptions; campaign?: Campaign }) {
  const { t, label } = useText();
  const required = [{ required: true, message: t('common.required') }];
  const dueDays = useWholeNumber(1, 60);
  const control = useWholeNumber(0, 50);
  return (
    <>
      <Form.Item name="name" label={t('campaign.name')} rules={required}>
        <Input data-testid="campaign-name" />
      </Form.Item>
      <Form.Item name="purpose" label={t('campaign.purpose')}>
        <Input data-testid="campaign-purpose" />
      </Form.Item>
      <div className="form-row">
        <Form.Item name="audience" label={t('campaign.audience')} rules={required}>
          <Select
            data-testid="campaign-audience"
            placeholder={t('common.select')}
            options={options.audiences.map((item) => ({
              value: item.uid,
              label: `${item.name}  ${item.count === null ? NOTHING : decimal(item.count, 0)} ${t('unit.household')}`,
            }))}
          />
        </Form.Item>
        <Form.Item name="template" label={t('campaign.template')} rules={required}>
          <Select
            data-testid="campaign-template"
            placeholder={t('common.select')}
            options={options.templates.map((item) => ({ value: item.uid, label: label(item.labels) || item.name }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="product" label={t('campaign.product')} extra={t('campaign.productHint')}>
        <ProductSelect campaign={campaign} />
      </Form.Item>
      <Form.Item name="script" label={t('campaign.script')} rules={required}>
        <Input.TextArea rows={5} data-testid="campaign-script" />
      </Form.Item>
      <div className="form-row three">
        <Form.Item name="due_days" getValueFromEvent={wholeOf} label={t('campaign.dueDays')} rules={dueDays}>
          <NumberInput style={{ width: '100%' }} data-testid="campaign-due-days" />
        </Form.Item>
        <Form.Item
          name="control_percent"
          getValueFromEvent={wholeOf}
          label={t('campaign.control')}
          rules={control}
          extra={t('campaign.controlHint')}
        >
          <NumberInput typing={{ percent: true }} style={{ width: '100%' }} data-testid="campaign-control" />
        </Form.Item>
        {options.result_sets.length > 0 && (
          <Form.Item name="result_set" label={t('campaign.resultSet')}>
            <Select
              data-testid="campaign-result-set"
              options={options.result_sets.map((item) => ({ value: item.key, label: label(item.labels) }))}
            />
          </Form.Item>
        )}
      </div>
    </>
  );
}

function GoalFields({ options, form }: { options: CampaignOptions; form: FormInstance<Values> }) {
  const { t, label } = useText();
  const required = [{ required: true, message: t('common.required') }];
  const days = useWholeNumber(1, 180);
  const examples = options.goals.examples;
  return (
    <>
      <Form.Item
        name="expression"
        label={t('campaign.goal')}
        rules={required}
        extra={t('campaign.goalHint', { example: examples[0]?.expression ?? '' })}
      >
        <Input.TextArea rows={2} data-testid="campaign-goal" />
      </Form.Item>
      <div className="row wrap small" style={{ marginBottom: 12 }}>
        {examples.map((example) => (
          <button
            key={example.expression}
            type="button"
            className="plain link"
            onClick={() => form.setFieldValue('expression', example.expression)}
            data-testid="goal-example"
          >
            {label(example.labels)}
          </button>
        ))}
      </div>
      <p className="small ink-3" style={{ marginBottom: 12 }}>
        {t('campaign.goalFields')} {options.goals.fields.map((field) => label(field.labels)).join(t('common.and'))}
      </p>
      <Form.Item name="days" getValueFromEvent={wholeOf} label={t('campaign.days')} rules={days}>
        <NumberInput style={{ width: 110 }} data-testid="campaign-days" />
      </Form.Item>
    </>
  );
}

function TemplateView({ options, form }: { options: CampaignOptions; form: FormInstance<Values> }) {
  const { t, label } = useText();
  const uid = Form.useWatch('template', form);
  const template = options.templates.find((item) => item.uid === uid);
  if (!template) return <p className="ink-3">{t('campaign.messageNone')}</p>;
  return (
    <div className="stack gap-8">
      <p className="strong">{template.subject}</p>
      <pre className="message quiet">{template.body}</pre>
      <p className="small ink-3">
        {template.variables.map((variable) => label(variable.labels)).join(t('common.and'))}
      </p>
    </div>
  );
}

function useSaveDraft(campaign: Campaign | undefined, form: FormInstance<Values>, leave: () => void) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [stale, setStale] = useState<ApiError | null>(null);
  const mutation = useChange({
    mutationFn: (values: Values) =>
      campaign
        ? api.patch('/campaigns/{uid}', {
            path: { uid: campaign.uid },
            body: { revision: campaign.revision, ...draftOf(values) },
          })
        : api.post('/campaigns', { body: draftOf(values) }),
    onSuccess: (saved) => {
      say(t('common.saved'));
      client.setQueryData(['campaign', saved.uid], saved);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      leave();
      void navigate(`/campaigns/${saved.uid}`);
    },
    onError: (error) => {
      if (isStale(error)) return setStale(error);
      // Findings of an invalid draft are about the goal unless they name another field.
      if (error instanceof ApiError && error.status < 500 && error.findings.length > 0) {
        const named = new Map<string, string[]>();
        for (const finding of error.findings) {
          const name = finding.field?.replace(/^goal\./, '') ?? 'expression';
          named.set(name, [...(named.get(name) ?? []), finding.message]);
        }
        return form.setFields([...named].map(([name, errors]) => ({ name: name as keyof Values, errors })));
      }
      report(error);
    },
  });
  return {
    stale,
    pending: mutation.isPending,
    run: mutation.mutate,
    reload: () => void client.invalidateQueries({ queryKey: ['campaign', campaign?.uid] }).then(() => setStale(null)),
  };
}
