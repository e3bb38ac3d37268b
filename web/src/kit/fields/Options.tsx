import { useText } from '../i18n';
import { Tag, toneOf } from '../marks';
import type { ShowProps } from './kind';

/** Options by their labels: as tags in their status, which the levels of a tier have, too, or as words. */
export function Options({ field, value, cell }: ShowProps) {
  const { t, label } = useText();
  const keys = Array.isArray(value) ? value : [value];
  const shown = cell ? keys.slice(0, 1) : keys;
  return (
    <span className={cell ? 'row gap-4 nowrap' : 'row gap-4 wrap'}>
      {shown.map((key) => {
        const option = field.options.find((item) => item.key === String(key));
        const text = option
          ? label(option.labels)
          : typeof key === 'boolean'
            ? t(key ? 'common.yes' : 'common.no')
            : String(key);
        const plain = field.kind === 'field' && !Array.isArray(value) && !option?.status;
        return plain ? (
          <span key={text}>{text}</span>
        ) : (
          <Tag key={text} tone={toneOf(option?.status)}>
            {text}
          </Tag>
        );
      })}
      {cell && keys.length > 1 && <span className="small ink-3">+{keys.length - 1}</span>}
    </span>
  );
}
