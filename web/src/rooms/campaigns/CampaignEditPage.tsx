import { useMutation, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { Button, Form, Input, InputNumber, Select, type FormInstance } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { api, ApiError } from '../../api/client';
import type { Campaign, CampaignDraft, CampaignOptions } from '../../api/types';
import { useText } from '../../app/i18n';
import { isStale, useReport, useSay } from '../../kit/feedback';
import { decimal } from '../../kit/format';
import { Page } from '../../kit/Page';
import { Panel } from '../../kit/Panel';
import { StaleNotice } from '../../kit/StaleNotice';
import { QueryState } from '../../kit/states';
import { useCampaign, useCampaignOptions } from './queries';

type Values = Omit<CampaignDraft, 'goal'> & { expression: string; days: number };

export function CampaignEditPage() {
  const { t } = useText();
  const { uid } = useParams();
  const options = useCampaignOptions();
  const campaign = useCampaign(uid);
  if (options.data && (!uid || campaign.data)) return <Editor options={options.data} campaign={campaign.data} />;
  const waiting: UseQueryResult<unknown> = options.data ? campaign : options;
  return (
    <Page crumbs={[{ title: t('campaign.title'), path: '/campaigns' }, { title: t('campaign.new') }]}>
      <Panel flush><QueryState query={waiting}>{() => null}</QueryState></Panel>
    </Page>
  );
}

function valuesOf(campaign: Campaign | undefined, audience: string | null, options: CampaignOptions): Partial<Values> {
  if (!campaign) {
    const template = options.templates.length === 1 ? options.templates[0]?.uid : undefined;
    return { audience: audience ?? undefined, template, days: 30, due_days: 3, control_percent: 10, result_set: options.result_sets[0]?.key, script: '' };
  }
  return {
    name: campaign.name, purpose: campaign.purpose, audience: campaign.audience.uid, template: campaign.template.uid,
    product: campaign.product?.uid, expression: campaign.goal.expression, days: campaign.goal.days, script: campaign.script,
    due_days: campaign.due_days, control_percent: campaign.control_percent, result_set: campaign.result_set,
  };
}

function draftOf({ expression, days, ...rest }: Values): CampaignDraft {
  return { ...rest, product: rest.product ?? null, goal: { expression, days } };
}

function Editor({ options, campaign }: { options: CampaignOptions; campaign?: Campaign }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [form] = Form.useForm<Values>();
  const save = useSaveDraft(campaign, form);
  const title = t(campaign ? 'campaign.editTitle' : 'campaign.new');
  return (
    <Page
      crumbs={[{ title: t('campaign.title'), path: '/campaigns' }, ...(campaign ? [{ title: campaign.name, path: `/campaigns/${campaign.uid}` }] : []), { title }]}
      title={title}
      actions={
        <>
          <Button onClick={() => void navigate(campaign ? `/campaigns/${campaign.uid}` : '/campaigns')}>{t('common.cancel')}</Button>
          <Button type="primary" loading={save.pending} onClick={() => form.submit()} data-testid="campaign-save">{t('common.save')}</Button>
        </>
      }
    >
      {save.stale && <StaleNotice error={save.stale} onReload={save.reload} />}
      <Form<Values> form={form} layout="vertical" initialValues={valuesOf(campaign, params.get('audience'), options)} onFinish={save.run}>
        <div className="columns">
          <Panel title={t('campaign.setup')}><PlanFields options={options} /></Panel>
          <div className="column">
            <Panel title={t('campaign.goal')}><GoalFields options={options} form={form} /></Panel>
            <Panel title={t('campaign.template')}><TemplateView options={options} form={form} /></Panel>
          </div>
        </div>
      </Form>
    </Page>
  );
}

function PlanFields({ options }: { options: CampaignOptions }) {
  const { t, label } = useText();
  const required = [{ required: true, message: t('common.required') }];
  return (
    <>
      <Form.Item name="name" label={t('campaign.name')} rules={required}><Input data-testid="campaign-name" /></Form.Item>
      <Form.Item name="purpose" label={t('campaign.purpose')}><Input data-testid="campaign-purpose" /></Form.Item>
      <div className="form-row">
        <Form.Item name="audience" label={t('campaign.audience')} rules={required}>
          <Select data-testid="campaign-audience" placeholder={t('common.select')} options={options.audiences.map((item) => ({ value: item.uid, label: `${item.name}  ${decimal(item.count, 0)} ${t('unit.household')}` }))} />
        </Form.Item>
        <Form.Item name="template" label={t('campaign.template')} rules={required}>
          <Select data-testid="campaign-template" placeholder={t('common.select')} options={options.templates.map((item) => ({ value: item.uid, label: label(item.labels) || item.name }))} />
        </Form.Item>
      </div>
      <Form.Item name="product" label={t('campaign.product')} extra={t('campaign.productHint')}>
        <Select data-testid="campaign-product" allowClear placeholder={t('common.optional')} options={options.products.map((item) => ({ value: item.uid, label: `${item.display}  ${item.risk_level}` }))} />
      </Form.Item>
      <Form.Item name="script" label={t('campaign.script')} rules={required}><Input.TextArea rows={5} data-testid="campaign-script" /></Form.Item>
      <div className="form-row three">
        <Form.Item name="due_days" label={t('campaign.dueDays')} rules={required}><InputNumber min={1} max={60} style={{ width: '100%' }} data-testid="campaign-due-days" /></Form.Item>
        <Form.Item name="control_percent" label={t('campaign.control')} rules={required} extra={t('campaign.controlHint')}>
          <InputNumber min={0} max={50} style={{ width: '100%' }} data-testid="campaign-control" />
        </Form.Item>
        {options.result_sets.length > 0 && (
          <Form.Item name="result_set" label={t('campaign.resultSet')}>
            <Select data-testid="campaign-result-set" options={options.result_sets.map((item) => ({ value: item.key, label: label(item.labels) }))} />
          </Form.Item>
        )}
      </div>
    </>
  );
}

function GoalFields({ options, form }: { options: CampaignOptions; form: FormInstance<Values> }) {
  const { t, label } = useText();
  const required = [{ required: true, message: t('common.required') }];
  const examples = options.goals.examples;
  return (
    <>
      <Form.Item name="expression" label={t('campaign.goal')} rules={required} extra={t('campaign.goalHint', { example: examples[0]?.expression ?? '' })}>
        <Input.TextArea rows={2} data-testid="campaign-goal" />
      </Form.Item>
      <div className="row wrap small" style={{ marginBottom: 12 }}>
        {examples.map((example) => (
          <button key={example.expression} type="button" className="plain link" onClick={() => form.setFieldValue('expression', example.expression)} data-testid="goal-example">{label(example.labels)}</button>
        ))}
      </div>
      <p className="small ink-3" style={{ marginBottom: 12 }}>
        {t('campaign.goalFields')}{' '}
        {options.goals.fields.map((field) => `${label(field.labels)} ${field.key}`).join(t('common.and'))}
      </p>
      <Form.Item name="days" label={t('campaign.days')} rules={required}><InputNumber min={1} max={180} data-testid="campaign-days" /></Form.Item>
    </>
  );
}

function TemplateView({ options, form }: { options: CampaignOptions; form: FormInstance<Values> }) {
  const { t, label } = useText();
  const uid = Form.useWatch('template', form);
  const template = options.templates.find((item) => item.uid === uid);
  if (!template) return <p className="ink-3">{t('common.select')}</p>;
  return (
    <div className="stack gap-8">
      <p className="strong">{template.subject}</p>
      <pre className="message quiet">{template.body}</pre>
      <p className="small ink-3">{template.variables.map((variable) => label(variable.labels)).join(t('common.and'))}</p>
    </div>
  );
}

function useSaveDraft(campaign: Campaign | undefined, form: FormInstance<Values>) {
  const { t } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const report = useReport();
  const say = useSay();
  const [stale, setStale] = useState<ApiError | null>(null);
  const mutation = useMutation({
    mutationFn: (values: Values) =>
      campaign
        ? api.patch<Campaign>(`/campaigns/${campaign.uid}`, { revision: campaign.revision, ...draftOf(values) })
        : api.post<Campaign>('/campaigns', draftOf(values)),
    onSuccess: (saved) => {
      say(t('common.saved'));
      client.setQueryData(['campaign', saved.uid], saved);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
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
    run: (values: Values) => mutation.mutate(values),
    reload: () => void client.invalidateQueries({ queryKey: ['campaign', campaign?.uid] }).then(() => setStale(null)),
  };
}
