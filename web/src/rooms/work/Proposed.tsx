import type { FieldMeta, WorkDetail } from '../../api';
import { useObjectMeta } from '../../api/hooks';
import { Unmask } from '../../blocks/Unmask';
import { FieldValue } from '../../kit/fields/FieldValue';
import { useText } from '../../kit/i18n';
import { QueryState } from '../../kit/states';

type Proposal = NonNullable<WorkDetail['proposed']>;

/** What a record is and what it should be, field by field. */
export function Proposed({ work, proposal }: { work: string; proposal: Proposal }) {
  const { t } = useText();
  const meta = useObjectMeta(proposal.object);
  return (
    <section data-testid="work-proposed">
      <h3 className="section-title">{t('work.proposed')}</h3>
      <QueryState query={meta} rows={2}>
        {({ fields }) => (
          <table className="grid proposed">
            <thead>
              <tr>
                <th>{t('work.proposedField')}</th>
                <th>{t('work.proposedNow')}</th>
                <th>{t('work.proposedThen')}</th>
              </tr>
            </thead>
            <tbody>
              {proposal.fields.flatMap((key) => {
                const field = fields.find((one) => one.key === key);
                return field ? [<Row key={key} work={work} proposal={proposal} field={field} />] : [];
              })}
            </tbody>
          </table>
        )}
      </QueryState>
    </section>
  );
}

function Row({ work, proposal, field }: { work: string; proposal: Proposal; field: FieldMeta }) {
  const { label } = useText();
  const { object, uid, refused } = proposal;
  const shown = (values: Proposal['now'], of?: string) => {
    const value = values[field.key];
    return field.unmaskable && value ? (
      <Unmask object={object} uid={uid} field={field.key} label={label(field.labels)} value={String(value)} work={of} />
    ) : (
      <FieldValue field={field} row={{ values, refused }} />
    );
  };
  return (
    <tr data-testid={`proposed-${field.key}`}>
      <td className="ink-3 nowrap">{label(field.labels)}</td>
      <td>{shown(proposal.now)}</td>
      <td className="strong">{shown(proposal.proposed, work)}</td>
    </tr>
  );
}
