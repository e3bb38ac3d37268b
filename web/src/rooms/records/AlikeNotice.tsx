import { useQuery } from '@tanstack/react-query';
import { Form, Input, type FormInstance } from 'antd';
import { Link } from 'react-router';
import { api } from '../../api/client';
import type { AlikeRuleOut, FieldMeta, Input as Sent, ObjectMeta, RecordDetail } from '../../api';
import { failureWords } from '../../kit/feedback';
import { faultOf } from '../../kit/fields';
import { unwritten } from '../../kit/fields/written';
import { inSentence } from '../../kit/format';
import { useDebounced } from '../../kit/hooks';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { changesOf, type Values } from './formValues';

/** Whole numbers are asked for, and not each sign of one: each is counted and recorded. */
const TYPED_TO_ITS_END = 800;

type Props = { meta: ObjectMeta; alike: Alike; despite: string; onDespite: (reason: string) => void };

/** Who is there already with what is being typed; where another may have the same, room to say why it is another one. */
export function AlikeNotice({ meta, alike: { found, error }, despite, onDespite }: Props) {
  const { t } = useText();
  if (error)
    return (
      <div className="alert" role="alert" data-testid="alike-unasked">
        <Icon name="alert" />
        <div>{failureWords(error, t).title}</div>
      </div>
    );
  if (found.length === 0) return null;
  return (
    <div className="alert" role="alert" data-testid="alike">
      <Icon name="alert" />
      <div className="stack gap-8">
        {found.map((rule) => (
          <RuleLine key={rule.fields.join()} meta={meta} rule={rule} />
        ))}
        {found.some((rule) => rule.strong) ? (
          <p>{t('alike.strong')}</p>
        ) : (
          <Input
            value={despite}
            maxLength={200}
            aria-label={t('alike.despite')}
            placeholder={t('alike.despite')}
            onChange={(event) => onDespite(event.target.value)}
            data-testid="alike-despite"
          />
        )}
      </div>
    </div>
  );
}

function RuleLine({ meta, rule }: { meta: ObjectMeta; rule: AlikeRuleOut }) {
  const { t, label, lang } = useText();
  const named = new Map(meta.fields.map((field) => [field.key, label(field.labels)]));
  const fields = rule.fields.map((key) => inSentence(named.get(key) ?? key)).join(lang === 'zh' ? '、' : ', ');
  return (
    <p>
      {t('alike.same', { fields, name: inSentence(label(meta.labels)) })}
      {rule.records.map((one) => (
        <span key={one.uid}>
          {' '}
          <Link to={`/records/${meta.key}/${one.uid}`} target="_blank" rel="noreferrer" data-testid="alike-open">
            {one.display}
          </Link>{' '}
          {one.unit && <span className="small ink-3">{one.unit}</span>}
        </span>
      ))}
    </p>
  );
}

/** `at` is the last field whose values are compared: what is found is said behind it. */
export type Alike = { found: AlikeRuleOut[]; error: unknown; at?: string };
type Asked = { meta: ObjectMeta; fields: FieldMeta[]; form: FormInstance<Values>; record?: RecordDetail };

/** Who is there already, by those of the compared values that are typed to their end. */
export function useAlike({ meta, fields, form, record }: Asked): Alike {
  const values = (Form.useWatch([], form) as Values | undefined) ?? {};
  const question = (sent: () => Record<string, Sent>) => ({
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      api.post('/objects/{object}/alike', {
        path: { object: meta.key },
        body: { values: sent(), record: record?.uid },
        signal,
      }),
    retry: false,
  });
  const known = useQuery({
    queryKey: ['alike-fields', meta.key, record?.uid],
    ...question(() => ({})),
    staleTime: Infinity,
  });
  const compared = fields.filter((field) => known.data?.fields.includes(field.key));
  const sound = compared.filter(
    (field) => !faultOf(field, values[field.key]) && !unwritten(field, values[field.key], (key) => values[key]),
  );
  // What the number is of goes along: half of its rule stands there.
  const beside = fields.filter((field) => sound.some((one) => one.written?.by === field.key));
  const changed = changesOf(sound, values, record);
  const typed = JSON.stringify(
    Object.keys(changed).length > 0 ? { ...changed, ...changesOf(beside, values, record) } : {},
  );
  const settled = useDebounced(typed, TYPED_TO_ITS_END);
  const asked = useQuery({
    queryKey: ['alike', meta.key, record?.uid, settled],
    ...question(() => JSON.parse(settled) as Record<string, Sent>),
    enabled: settled !== '{}',
  });
  const current = settled === typed && settled !== '{}';
  return { found: (current && asked.data?.alike) || [], error: current ? asked.error : null, at: compared.at(-1)?.key };
}
