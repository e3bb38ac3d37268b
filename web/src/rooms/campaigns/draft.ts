import type { Campaign, CampaignDraft, CampaignOptions, Product } from '../../api';

/** A draft as the form's controls hold it. */
export type Values = Omit<CampaignDraft, 'goal'> & { expression: string; days: number };

export function valuesOf(
  campaign: Campaign | undefined,
  audience: string | null,
  options: CampaignOptions,
): Partial<Values> {
  if (!campaign) {
    const template = options.templates.length === 1 ? options.templates[0]?.uid : undefined;
    return {
      audience: audience ?? undefined,
      template,
      days: 30,
      due_days: 3,
      control_percent: 10,
      result_set: options.result_sets[0]?.key,
      script: '',
    };
  }
  return {
    name: campaign.name,
    purpose: campaign.purpose,
    audience: campaign.audience.uid,
    template: campaign.template.uid,
    product: campaign.product?.uid,
    expression: campaign.goal.text,
    days: campaign.goal.days,
    script: campaign.script,
    due_days: campaign.due_days,
    control_percent: campaign.control_percent,
    result_set: campaign.result_set,
  };
}

export function draftOf({ expression, days, ...rest }: Values): CampaignDraft {
  return { ...rest, product: rest.product ?? null, goal: { expression, days } };
}

/** Whether the form holds something else than it showed at first; an emptied field is as good as one never filled. */
export function hasEdits(initial: Partial<Values>, now: Partial<Values>): boolean {
  return (Object.keys(now) as (keyof Values)[]).some((key) => (now[key] ?? '') !== (initial[key] ?? ''));
}

/** An empty value is not judged here: that it is required is another rule. */
export function isWholeBetween(value: unknown, low: number, high: number): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}

type Choice = { value: string; label: string };

/** The products on offer; the one already chosen is among them. */
export function productOptions(products: Product[], campaign?: Campaign): Choice[] {
  const chosen = campaign?.product;
  const offered = [...products];
  if (chosen && !products.some((item) => item.uid === chosen.uid)) {
    offered.unshift({ uid: chosen.uid, display: chosen.display ?? chosen.uid, risk_level: chosen.risk_level ?? null });
  }
  return offered.map((item) => ({ value: item.uid, label: `${item.display}  ${item.risk_level ?? ''}`.trim() }));
}
