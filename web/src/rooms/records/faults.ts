import type { Finding } from '../../api';

export type Faults = { fields: Record<string, string[]>; form: string[] };

/** The fields that a finding is about. */
export const fieldsOf = (finding: Finding): string[] => finding.fields ?? (finding.field ? [finding.field] : []);

/**
 * Where a form says what is wrong: at each of its fields that a finding is about, in their order; over the form, too,
 * what is about several fields or about none that it shows.
 */
export function placed(findings: Finding[], shown: string[]): Faults {
  const at = (key: string) => findings.filter((finding) => fieldsOf(finding).includes(key)).map((finding) => finding.message);
  const fields = Object.fromEntries(shown.map((key) => [key, at(key)] as const).filter(([, messages]) => messages.length > 0));
  const form = findings.filter((finding) => fieldsOf(finding).length !== 1 || !shown.includes(fieldsOf(finding)[0] ?? ''));
  return { fields, form: [...new Set(form.map((finding) => finding.message))] };
}

/** What is left of the findings when fields change: one is settled, for all that is known, with any field it is about. */
export function unsettled(findings: Finding[], changed: string[]): Finding[] {
  return findings.filter((finding) => !fieldsOf(finding).some((key) => changed.includes(key)));
}
