import type { Finding } from '../../api';

export type Faults = { fields: Record<string, string[]>; form: string[] };

/** Where a refused request holds the value of a field: the rest of the path is inside the value. */
const IN_REQUEST = /^values\.([^.]+)/;

/** The fields that a finding is about. */
export function fieldsOf(finding: Finding): string[] {
  if (finding.fields) return finding.fields;
  const field = finding.field ?? IN_REQUEST.exec(finding.path ?? '')?.[1];
  return field ? [field] : [];
}

/** Whether the form can show what is wrong: all that a record breaks, and of a refused request what is about its fields. */
export function isOfForm({ code, findings }: { code: string; findings: Finding[] }, shown: string[]): boolean {
  if (findings.length === 0) return false;
  return code === 'invalid' || findings.every((finding) => fieldsOf(finding).some((key) => shown.includes(key)));
}

/**
 * Where a form says what is wrong: at each of its fields that a finding is about, in their order; over the form, too,
 * what is about several fields or about none that it shows.
 */
export function placed(findings: Finding[], shown: string[]): Faults {
  const at = (key: string) =>
    findings.filter((finding) => fieldsOf(finding).includes(key)).map((finding) => finding.message);
  const once = (messages: string[]) => [...new Set(messages)];
  const fields = Object.fromEntries(
    shown.map((key) => [key, once(at(key))] as const).filter(([, messages]) => messages.length > 0),
  );
  const form = findings.filter(
    (finding) => fieldsOf(finding).length !== 1 || !shown.includes(fieldsOf(finding)[0] ?? ''),
  );
  return { fields, form: once(form.map((finding) => finding.message)) };
}

/** What is left of the findings when fields change: one is settled, for all that is known, with any field it is about. */
export function unsettled(findings: Finding[], changed: string[]): Finding[] {
  return findings.filter((finding) => !fieldsOf(finding).some((key) => changed.includes(key)));
}
