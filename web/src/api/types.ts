/** The shapes of the HTTP contract, `/api/v1`. Decimals are strings, instants ISO in UTC. */

export type Labels = { zh: string; en: string };
export type Ref = { uid: string; display: string; object: string };
export type MoneyValue = { amount: string | null; currency: string };
export type Value = string | number | boolean | null | Ref | MoneyValue | Value[];
export type Named = { uid: string; name: string };
export type Party = { uid: string; display: string };
export type Option = { key: string; labels: Labels; status?: string | null };
export type Finding = { code: string; message: string; message_en?: string; field?: string; path?: string };
/** Why a load or a run failed: the error shape, or a sentence. */
export type Failure = string | { message?: string; message_en?: string; findings?: Finding[] };
export type Actor = { name: string; employee_no: string };

/* Session */
export type Session = { signed_in: boolean; csrf: string };
export type MenuItem = { key: string; labels: Labels; icon: string; path: string };
export type Clock = { now: string; business_date: string; is_trading_day: boolean };
export type Lang = 'zh' | 'en';
export type Me = {
  uid: string;
  employee_no: string;
  name: string;
  lang: Lang;
  roles: { key: string; labels: Labels }[];
  units: { uid: string; name: string; kind: string }[];
  operations: string[];
  menu: MenuItem[];
  home: string;
  firm: Labels;
  clock: Clock;
  idle_timeout_seconds: number;
};
export type SearchGroup = {
  key: string;
  labels: Labels;
  items: { title: string; subtitle: string; path: string }[];
};

/* Conditions: the expression language as JSON */
export type Literal = { value: string | number | boolean | null; type: string };
export type FieldRef = { field: string };
export type Comparison = {
  op: '=' | '!=' | '<' | '<=' | '>' | '>=';
  left: FieldRef;
  right: Literal;
};
export type Membership = { op: 'in' | 'not_in'; left: FieldRef; right: Literal[] };
/** A value that is, or is not, in a field that holds a list. */
export type ListMembership = { op: 'in' | 'not_in'; left: Literal; right: FieldRef };
export type Range = { op: 'between' | 'not_between'; left: FieldRef; right: [Literal, Literal]; low?: Literal; high?: Literal };
export type Emptiness = { op: 'is_empty' | 'is_not_empty'; left: FieldRef };
export type Leaf = Comparison | Membership | ListMembership | Range | Emptiness;
export type Expression = { and: Expression[] } | { or: Expression[] } | { not: Expression } | Leaf;

/* Metadata and records */
export type FieldType =
  | 'text' | 'long_text' | 'integer' | 'decimal' | 'money' | 'percent' | 'boolean' | 'date'
  | 'datetime' | 'choice' | 'multi_choice' | 'reference' | 'unit' | 'phone' | 'email' | 'identity_number' | 'tag';
export type FieldMeta = {
  key: string;
  labels: Labels;
  type: FieldType;
  unit?: string;
  options: Option[];
  target?: string;
  owner: 'source' | 'desk';
  required: boolean;
  readonly: boolean;
  refused?: boolean;
  masked: boolean;
  unmaskable: boolean;
  kind: 'field' | 'indicator' | 'tag';
  /** What the field means to the platform, for example `expires_on`. */
  role?: string | null;
  help?: string;
};
export type Sort = { field: string; direction: 'asc' | 'desc' };
export type ObjectMeta = {
  key: string;
  labels: Labels;
  version: number | string;
  fields: FieldMeta[];
  refinements: { key: string; labels: Labels }[];
  list: { columns: string[]; sort: Sort | null; tabs: string[]; searchable: boolean };
  detail: { sections: { labels: Labels; fields: string[] }[] };
  form: { fields: string[] };
  page?: string | null;
  operations: string[];
};
export type RecordRow = {
  uid: string;
  display: string;
  revision: number;
  values: Record<string, Value>;
  refused: string[];
};
export type RecordDetail = RecordRow & {
  permitted: string[];
  /** A record that a load gave; else it was made by hand. */
  from_source: boolean;
  created_at: string;
  updated_at: string;
  updated_by: Actor | string | null;
};
export type RecordsAsOf = { records: string; warehouse: string | null };
export type RecordPage = {
  rows: RecordRow[];
  next_cursor: string | null;
  previous_cursor: string | null;
  as_of: RecordsAsOf;
};
export type RecordQuery = {
  refinement?: string;
  condition?: Expression;
  q?: string;
  sort?: Sort;
  columns?: string[];
  cursor?: string;
  limit?: number;
};
export type CountAnswer = { count: number; approximate: boolean; as_of?: RecordsAsOf };
export type Change = { field: string; labels?: Labels; old: Value; new: Value };
export type HistoryEntry = {
  at: string;
  actor: Actor;
  operation: string;
  changes?: Change[];
  field?: string;
  reason?: string;
};

/* Pages as blocks */
export type AsOf = { kind: 'day_end' | 'live'; at: string; late?: boolean; note?: string };
export type BlockFormat =
  | 'text' | 'money' | 'change' | 'count' | 'percent' | 'date' | 'datetime' | 'tag' | 'link'
  | 'bar' | 'diverge' | 'spark' | 'interval';
export type BriefData = {
  sentence: string;
  parts: { text: string; tone: 'plain' | 'late' | 'attention' | 'up' | 'down' }[];
  first?: { text: string; path: string } | null;
};
export type Figure = {
  key: string;
  labels: Labels;
  value: Value;
  format: BlockFormat;
  unit?: string;
  compare: { key?: string; labels: Labels; value: Value; format: BlockFormat; unit?: string }[];
  spark?: number[];
};
/** An option of a choice as the server draws it, or its text. */
export type Choice = string | Option;
export type IdentityData = {
  display: string;
  number: string;
  tier?: Choice | null;
  status?: Choice | null;
  facts: { key?: string; labels: Labels; value: CellValue; format: BlockFormat; unit?: string }[];
  figures?: Figure[];
  /** The business date of the figures. */
  figures_at?: string | null;
  object: string;
  uid: string;
  risk: { level: string | null; label: string; valid_until: string | null; products: string | null } | null;
  consents: { channel: string; labels: Labels; state: 'granted' | 'withdrawn' | 'none'; at: string | null }[];
  unmaskable: { field: string; labels: Labels; value: string }[];
};
export type FieldsData = {
  sections: {
    labels: Labels;
    fields: {
      key: string; labels: Labels; value: CellValue; format: BlockFormat; unit?: string;
      owner?: 'source' | 'desk'; unmaskable?: boolean; refused?: boolean;
    }[];
  }[];
  object: string;
  uid: string;
  revision: number;
  permitted: string[];
};
export type TableColumn = {
  key: string; labels: Labels; format: BlockFormat; unit?: string | null; align?: 'left' | 'right'; options?: Option[];
  /** How a number that is not zero is written. */
  tone?: 'late' | 'attention' | 'refused' | null;
};
export type TableData = {
  columns: TableColumn[];
  rows: { key: string; path?: string; cells: Record<string, CellValue> }[];
  total?: Record<string, CellValue>;
  more?: { count: number; path: string };
};
export type CellValue =
  | Value
  | number[]
  | { low: Value; high: Value; value?: Value; difference?: Value; significant?: boolean }
  | { text: string; status?: string; path?: string };
export type SeriesPoint = { x: string; y: string };
export type SeriesData = {
  unit: string;
  format: string;
  points: SeriesPoint[];
  pins: { x: string; label: string }[];
  series?: { key: string; labels: Labels; points: SeriesPoint[]; style: string }[];
};
export type TagsData = {
  tags: { key: string; labels: Labels; value: Value; value_labels: Labels | null; status?: string; since?: string }[];
};
export type TimelineData = {
  entries: { at: string; kind: string; title: string; detail?: string; actor?: string | Actor; path?: string }[];
};
export type TouchState = 'waiting' | 'sent' | 'refused' | 'unknown' | 'failed' | 'control' | 'sending' | 'stopped';
export type Reason = { code: string; labels: Labels };
export type TouchesData = {
  rows: { at: string; origin: string; origin_path: string; channel: string; state: TouchState; reasons: Reason[] }[];
};
export type BlockError = { code: string; message: string; request_id?: string };
/** What a page says where a block has nothing yet, and what to do next. */
export type BlockEmpty = { title: Labels; text: Labels; actions: PageAction[] };
type BlockBase<K extends string, D> = {
  key: string;
  labels: Labels;
  kind: K;
  as_of: AsOf | null;
  state: 'ok' | 'refused' | 'error' | 'empty';
  error?: BlockError;
  empty?: BlockEmpty | null;
  data: D;
};
export type Block =
  | BlockBase<'brief', BriefData>
  | BlockBase<'figures', { figures: Figure[] }>
  | BlockBase<'identity', IdentityData>
  | BlockBase<'fields', FieldsData>
  | BlockBase<'table', TableData>
  | BlockBase<'series', SeriesData>
  | BlockBase<'tags', TagsData>
  | BlockBase<'timeline', TimelineData>
  | BlockBase<'work', { items: WorkItem[]; total: number }>
  | BlockBase<'touches', TouchesData>
  | BlockBase<'history', { entries: HistoryEntry[]; labels?: Record<string, Labels> }>;
export type PageAction = { key: string; labels: Labels; path?: string };
export type PageAnswer = {
  key: string;
  labels: Labels;
  title: string;
  subtitle?: string;
  columns: string[][];
  header?: string | null;
  blocks: Record<string, Block>;
  actions: PageAction[];
};

/* Work */
export type WorkItem = {
  uid: string;
  kind: string;
  kind_labels: Labels;
  subject: string;
  party: Party | null;
  due_at: string | null;
  overdue: boolean;
  left_minutes: number | null;
  state: 'open' | 'done' | 'cancelled';
  assignee: Named | null;
  origin: { kind: string; uid: string; title: string; path: string } | null;
  script: string;
  results: { key: string; labels: Labels; positive: boolean }[];
  result?: string | null;
  note?: string | null;
  done_at?: string | null;
  revision: number;
};
export type WorkPage = {
  items: WorkItem[];
  next_cursor: string | null;
  counts: { open: number; overdue: number; due_today: number; done: number };
};

/* Audiences */
export type VocabularyType = 'integer' | 'decimal' | 'text' | 'date' | 'boolean' | 'choice' | 'list';
export type VocabularyKind = 'indicator' | 'field' | 'tag';
export type VocabularyItem = {
  key: string;
  labels: Labels;
  type: VocabularyType;
  unit?: string;
  options?: Option[];
  description?: string;
};
export type Vocabulary = {
  business_date: string;
  groups: { key: VocabularyKind; labels: Labels; items: VocabularyItem[] }[];
  visible_total: number;
};
export type Preview = {
  count: number;
  visible_total: number;
  total_asset: string | null;
  business_date: string;
  elapsed_ms: number;
  nodes: { path: string; count: number }[];
};
export type Sample = {
  rows: (Party & { values: Record<string, Value> })[];
  business_date: string;
};
export type ExplainNode = {
  path: string;
  kind: 'and' | 'or' | 'not' | 'condition';
  result: boolean | null;
  field?: string;
  actual?: Value;
  children?: ExplainNode[];
};
export type Explanation = { member: boolean; business_date: string; tree: ExplainNode };
export type AudienceSummary = {
  uid: string;
  name: string;
  description: string;
  count: number;
  business_date: string;
  owner: { name: string };
  updated_at: string;
  revision: number;
  snapshots: number;
};
export type Audience = AudienceSummary & { condition: Expression; sentence: string };
export type Snapshot = { uid: string; count: number; business_date: string; taken_at: string; reason?: string };

/* Campaigns */
export type CampaignState = 'draft' | 'confirmed' | 'running' | 'paused' | 'stopped' | 'finished';
export type CampaignCounts = {
  chosen: number; control: number; treated?: number; refused: number; waiting: number;
  sent: number; unknown: number; failed: number; stopped?: number;
};
export type CampaignSummary = {
  uid: string;
  name: string;
  state: CampaignState;
  audience: Named;
  owner: { name: string } | string;
  business_date?: string | null;
  launched_at?: string | null;
  counts: CampaignCounts | null;
  work: { open: number; done: number } | null;
};
export type Template = {
  uid: string; key: string; name: string; labels?: Labels; subject: string; body: string;
  variables: { key: string; labels: Labels }[]; channel: string; risk_level?: string | null;
};
export type ResultSet = { key: string; labels: Labels; results?: { key: string; labels: Labels; positive: boolean }[] };
export type Product = { uid: string; display: string; risk_level: string | null };
export type CampaignOptions = {
  audiences: { uid: string; name: string; count: number }[];
  templates: Template[];
  goals: {
    fields: { key: string; labels: Labels; type: string; unit?: string }[];
    examples: { labels: Labels; expression: string }[];
  };
  result_sets: ResultSet[];
};
export type CampaignDraft = {
  name: string;
  purpose?: string;
  audience: string;
  template: string;
  product?: string | null;
  goal: { expression: string; days: number };
  script: string;
  due_days: number;
  control_percent: number;
  result_set?: string;
};
export type Linked = { uid: string; name?: string; labels?: Labels; display?: string };
export type Campaign = {
  uid: string;
  name: string;
  purpose?: string;
  state: CampaignState;
  revision: number;
  audience: Linked;
  template: Linked;
  product: (Linked & { risk_level?: string | null }) | null;
  /** The risk level of the product, or of the message where there is none. */
  product_level?: string | null;
  goal: { expression: string; days: number; sentence: string };
  script: string;
  due_days: number;
  control_percent: number;
  result_set?: string;
  snapshot?: { count: number; business_date: string } | null;
  counts?: CampaignCounts | null;
  permitted: string[];
  timeline: { at: string; actor: string | Actor; event: string; labels?: Labels }[];
};
export type RefusalCount = Reason & { count: number };
export type Estimate = {
  count: number; business_date: string; control: number; reachable: number; refusals: RefusalCount[];
  /** Of the treated: those with a manager, those of them the gate lets the manager contact, why not the others. */
  covered: number; followed: number; work_refusals: RefusalCount[];
};
export type MessagePreview = {
  party: Party; subject: string; body_html: string | null; body_text: string; findings: Finding[];
};
export type Measure = {
  key: string; labels: Labels; unit: string; format: string; treated: string | null; control: string | null;
  difference: string | null; low: string | null; high: string | null; significant: boolean; primary: boolean;
  n_treated: number; n_control: number;
};
export type Branch = {
  uid: string; name: string; chosen: number; control: number; refused: number; sent: number;
  treated_rate: string | null; control_rate: string | null; difference: string | null;
  low: string | null; high: string | null; small: boolean;
};
export type Effect = {
  sentence: string;
  business_date: string;
  days: number;
  observed_days: number;
  /** The first trading day after reach, whose close gives the first figures. */
  first_day?: string | null;
  counts: CampaignCounts;
  refusals: RefusalCount[];
  work: { created: number; done: number; refused: number; refusals: RefusalCount[]; results: { key: string; labels: Labels; count: number }[] };
  measures: Measure[];
  curve: { unit: string; days: number[]; treated: (string | number | null)[]; control: (string | number | null)[] } | null;
  branches: Branch[];
  checks: { key: string; ok: boolean; text: string }[];
};
export type Member = {
  /** Nobody where the viewer may not see the person. */
  party: Party | null;
  group: 'treated' | 'control';
  state: TouchState;
  reasons: Reason[];
  decided_at?: string | null;
  sent_at: string | null;
  work_state?: string | null;
  converted: boolean | null;
  net_inflow?: string | null;
};
export type MemberPage = { items: Member[]; next_cursor: string | null; count: number };

/* Loads, runs, users */
export type Load = {
  uid: string; source: string; dataset: string; business_date: string | null; file: string; file_hash: string;
  state: 'running' | 'done' | 'failed' | 'cancelled'; rows_read: number; rows_loaded: number;
  rows_rejected: number; started_at: string; finished_at: string | null; findings: Finding[]; error?: Failure | null;
};
export type LoadDetail = Load & {
  rejected: { line: number; reason_code: string; reason: string; reason_en: string; values: Record<string, Value> }[];
};
export type LoadSource = { key: string; labels: Labels; dataset: string; file: string; example: string };
export type LoadPage = { items: Load[]; next_cursor: string | null };
export type Run = {
  uid: string; kind: string; title: string; state: string;
  progress: { done: number; total: number; step: string } | null;
  error?: Failure | null; started_at: string | null; finished_at: string | null; cancellable: boolean;
  log?: (string | { at: string; text: string })[];
  findings?: Finding[];
  /** The load that the run made, if it made one. */
  load?: string | null;
};
export type UserRow = {
  uid: string; employee_no: string; name: string;
  roles: ({ key: string; labels: Labels } | Labels | string)[]; units: ({ name: string } | string)[];
  active: boolean; last_sign_in: string | null;
};
