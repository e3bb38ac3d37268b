import type { FieldsData } from '../api';
import { useText } from '../kit/i18n';
import { NoRight } from '../kit/figures';
import { Formatted } from './Formatted';
import { SourceLine } from './SourceLine';
import { Unmask } from './Unmask';

export function FieldsBlock({ data }: { data: FieldsData }) {
  const { label } = useText();
  return (
    <div className="stack gap-12">
      {data.sections.map((section, index) => (
        <section key={index}>
          {data.sections.length > 1 && <h3 className="section-title">{label(section.labels)}</h3>}
          {section.kept && (
            <SourceLine
              source={data.source}
              correct={data.corrected && `/records/${data.object}/${data.uid}/correct`}
            />
          )}
          <dl className="fields narrow">
            {section.fields.map((field) => (
              <div key={field.key}>
                <dt>{label(field.labels)}</dt>
                <dd title={field.help ? label(field.help) : undefined}>
                  {field.refused ? (
                    <NoRight />
                  ) : field.unmaskable && field.value ? (
                    <Unmask
                      object={data.object}
                      uid={data.uid}
                      field={field.key}
                      label={label(field.labels)}
                      value={String(field.value)}
                    />
                  ) : (
                    <Formatted value={field.value} format={field.format} />
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
