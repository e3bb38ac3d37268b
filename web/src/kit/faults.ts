import type { FormInstance } from 'antd';
import { ApiError } from '../api/client';
import type { Finding } from '../api';
import { useReport } from './feedback';

/** What a dialog's form says at its fields; null where something is wrong that no field of it is about. */
export function atFields(findings: Finding[], shown: string[]): Record<string, string[]> | null {
  const faults: Record<string, string[]> = {};
  for (const { field, message } of findings) {
    if (field === undefined || !shown.includes(field)) return null;
    faults[field] = [...(faults[field] ?? []), message];
  }
  return findings.length > 0 ? faults : null;
}

/** Say at the fields of a form what was refused, the first of them ready to be mended; false where it belongs to none. */
export function toldAtFields<V extends object>(form: FormInstance<V>, error: unknown): boolean {
  const shown = Object.keys(form.getFieldsValue() as object);
  const faults = error instanceof ApiError ? atFields(error.findings, shown) : null;
  if (!faults) return false;
  form.setFields(
    Object.entries(faults).map(([name, errors]) => ({ name, errors })) as Parameters<typeof form.setFields>[0],
  );
  form.scrollToField(shown.find((name) => name in faults) as Parameters<typeof form.scrollToField>[0], { focus: true });
  return true;
}

/** Say at the fields of a form what was refused, or as a notice what belongs to none of them. */
export function useFormReport<V extends object>(form: FormInstance<V>): (error: unknown) => void {
  const report = useReport();
  return (error) => {
    if (!toldAtFields(form, error)) report(error);
  };
}
