import * as d from './data.mjs';
const { L, uid, people, DATE, NOW } = d;

let signedIn = false;
let me = { uid: uid(700), employee_no: '10023', name: '林晓岚', lang: 'zh', roles: [{ key: 'manager', labels: L('客户经理', 'Manager') }], units: [{ uid: uid(701), name: '世纪大道营业部', kind: 'branch' }], operations: ['customer.read', 'campaign.create', 'load.create', 'audience.create', 'audience.update', 'audience.delete', 'run.read', 'run.cancel'], home: 'manager', firm: L('知远证券', 'Zhiyuan Securities'), clock: { now: NOW, business_date: DATE, is_trading_day: true }, idle_timeout_seconds: 1800,
  menu: [['home', '工作台', 'Home', 'home', '/'], ['work', '待办', 'To do', 'work', '/work'], ['party', '客户', 'Customers', 'customer', '/records/party'], ['audiences', '客群', 'Audiences', 'audience', '/audiences'], ['campaigns', '营销', 'Campaigns', 'megaphone', '/campaigns'], ['interaction', '服务', 'Service', 'message', '/records/interaction'], ['loads', '装载', 'Loads', 'database', '/loads'], ['users', '用户', 'Users', 'users', '/users']].map(([key, zh, en, icon, path]) => ({ key, labels: L(zh, en), icon, path })) };
const cond = { and: [{ op: '>=', left: { field: 'total_asset' }, right: { value: '300000', type: 'decimal' } }, { op: 'in', left: { field: 'status' }, right: [{ value: 'normal', type: 'text' }] }, { or: [{ op: '>=', left: { field: 'trade_days_30' }, right: { value: 8, type: 'integer' } }, { op: 'in', left: { field: 'tags' }, right: [{ value: 'margin_intent', type: 'text' }] }, { and: [{ op: '>=', left: { field: 'net_inflow_30d' }, right: { value: '50000', type: 'decimal' } }, { op: '>=', left: { field: 'trade_days_30' }, right: { value: 3, type: 'integer' } }] }] }, { not: { or: [{ op: '=', left: { field: 'margin_open' }, right: { value: true, type: 'boolean' } }, { op: 'in', left: { field: 'risk_level' }, right: ['C1', 'C2', 'C3'].map((value) => ({ value, type: 'text' })) }] } }] };
const audiences = [{ uid: uid(200), name: '两融潜客（春季）', description: '两融投教邀请', condition: cond, count: 18426, business_date: DATE, owner: { name: '沈聿' }, updated_at: '2026-03-17T08:00:00Z', revision: 4, snapshots: 2, sentence: '' }, { uid: uid(201), name: '休眠可唤醒', description: '近 180 日无交易且资产 5 万以上', condition: cond.and[0], count: 310422, business_date: DATE, owner: { name: '沈聿' }, updated_at: '2026-03-10T08:00:00Z', revision: 1, snapshots: 0, sentence: '' }];
const counts = { chosen: 48620, control: 4831, treated: 43789, refused: 6214, waiting: 0, sent: 36511, unknown: 312, failed: 752 };
const refusals = [['no_consent', '未授权该渠道', 'No consent', 2806], ['frequency', '频次上限', 'Frequency', 1517], ['suitability', '适当性不匹配', 'Suitability', 1108], ['complaint', '投诉冻结与免打扰', 'Complaint hold', 412], ['stale_data', '资料失效', 'Stale data', 371]].map(([code, zh, en, count]) => ({ code, labels: L(zh, en), count }));
const template = { uid: uid(400), key: 'margin_edu', name: '两融投教邀请', subject: '邀请您参加两融规则与风险说明会', body: '尊敬的 {{ customer.name }}：\n3 月 25 日 15:30，我部举办两融规则与风险说明会。\n投资有风险，决策需谨慎。', variables: [{ key: 'customer.name', labels: L('客户姓名', 'Name') }], channel: 'mail', risk_level: 'R4' };
const campaign = (n, name, state) => ({ uid: uid(n), name, purpose: '投教邀请，提升信用账户开通', state, revision: 3, audience: { uid: uid(200), name: '两融潜客（春季）' }, template: { uid: uid(400), name: template.name }, product: null, goal: { expression: 'margin_opened = true', days: 30, sentence: '触达后 30 天内开通信用账户' }, script: d.work[3].script, due_days: 3, control_percent: 10, snapshot: state === 'draft' ? null : { count: 48620, business_date: '2026-02-16' }, counts: state === 'draft' ? null : counts, timeline: [{ at: '2026-02-15T02:00:00Z', actor: '沈聿', event: 'created' }, ...(state === 'draft' ? [] : [{ at: '2026-02-16T01:20:00Z', actor: '沈聿', event: 'confirmed' }, { at: '2026-02-16T01:30:00Z', actor: '沈聿', event: 'launched' }])] });
const campaigns = [campaign(300, '春季两融投教邀请', 'running'), campaign(301, '科创板打新提醒', 'draft')];
const PERMITTED = { draft: ['edit', 'confirm'], confirmed: ['launch', 'stop'], running: ['pause', 'stop'], paused: ['resume', 'stop'], stopped: [], finished: [] };
const show = (c) => ({ ...c, permitted: PERMITTED[c.state] });
const curve = (k) => Array.from({ length: 31 }, (_, i) => (k * (1 - Math.exp(-i / 9)) * 1e4).toFixed(2));
const measure = (key, zh, unit, format, treated, control, low, high, primary = false) => ({ key, labels: L(zh, key), unit, format, treated: String(treated), control: String(control), difference: (treated - control).toFixed(6), low: String(low), high: String(high), significant: low > 0 || high < 0, primary, n_treated: 43789, n_control: 4831 });
const effect = { sentence: '活动多带来 569 户开通（95% 区间 307 至 832），户均净流入多 0.61 万（0.22 至 1.00）。按意向处理口径：被拒绝和未送达的客户仍计在干预组内。', business_date: DATE, days: 30, observed_days: 30, counts, refusals, work: { created: 12480, done: 9870, results: d.results.map((r, i) => ({ key: r.key, labels: r.labels, count: [2365, 940, 3120, 2210, 1235][i] })) },
  measures: [measure('conversion', '转化率（开通信用账户）', '', 'percent', 5.4, 4.1, 0.7, 1.9, true), measure('net_inflow', '户均净流入', '元', 'money', 19200, 13100, 2200, 10000), measure('commission', '户均净佣金', '元', 'decimal', 86.4, 79.1, -0.8, 15.4), measure('active_days', '30 日活跃天数', '天', 'decimal', 11.8, 11.2, 0.3, 0.9), measure('complaints', '投诉率（每万户）', '', 'decimal', 2.1, 2.1, -1.3, 1.3)],
  curve: { unit: '元', days: Array.from({ length: 31 }, (_, i) => i), treated: curve(1.98), control: curve(1.35) },
  branches: [['上海分公司', 9846, 968, 1182, 7696, 0.0612, 0.0434, 0.004, 0.0316], ['深圳分公司', 7514, 742, 1041, 5731, 0.0648, 0.0445, 0.005, 0.0356], ['北京分公司', 8120, 815, 1098, 6207, 0.0571, 0.0429, -0.001, 0.0294], ['浙江分公司', 6893, 689, 884, 5320, 0.0502, 0.0406, -0.005, 0.0242], ['湖北分公司', 320, 31, 41, 248, 0.041, 0.0388, -0.06, 0.07]].map(([name, chosen, control, refused, sent, t, c, low, high]) => ({ name, chosen, control, refused, sent, treated_rate: String(t * 100), control_rate: String(c * 100), difference: ((t - c) * 100).toFixed(4), low: String(low * 100), high: String(high * 100), small: chosen < 1000 })),
  checks: [{ key: 'ratio', ok: true, text: '分流比例检验 p = 0.64，正常' }, { key: 'duplicates', ok: true, text: '无重复发送，发送决策 37,575 条' }, { key: 'unknown', ok: false, text: '312 条结果未知，不自动重发' }] };
const loads = [['资金流水', 'cash_flow', 'running', 84210, 84000, 0], ['客户主档', 'party', 'done', 2003418, 2003406, 12], ['持仓', 'holding', 'done', 812044, 812044, 0], ['测评', 'risk_test', 'failed', 0, 0, 0]].map(([zh, key, state, read, loaded, rejected], i) => ({ uid: uid(600 + i), source: 'counter', dataset: `core.${key}`, business_date: DATE, file: `${key}_20260317.csv`, file_hash: '9f2c41d07be8a1344c', state, rows_read: read, rows_loaded: loaded, rows_rejected: rejected, started_at: '2026-03-17T18:20:00Z', finished_at: state === 'running' ? null : '2026-03-17T18:24:00Z', findings: i === 1 ? [{ code: 'drift', message: `${zh}行数比前一日多 0.4%，在容许范围内` }] : [], error: state === 'failed' ? '文件编码不是 GBK 也不是 UTF-8，第 1 行无法读取' : null }));
const record = (meta, row) => ({ uid: row.uid, display: row.display, revision: row.revision, values: Object.fromEntries(meta.fields.map((f) => [f.key, f.key === 'name' ? row.display : (row[f.key] ?? null)])), refused: ['net_contribution'], from_source: true, permitted: ['update', 'unmask', ...(meta.key === 'party' ? [] : ['delete'])], created_at: NOW, updated_at: NOW, updated_by: { name: '林晓岚', employee_no: '10023' } });
const store = { party: [d.partyMeta, people], interaction: [d.interactionMeta, d.interactions] };

function holds(e, p) {
  if (!e) return true;
  if (e.and) return e.and.every((x) => holds(x, p));
  if (e.or) return e.or.some((x) => holds(x, p));
  if (e.not) return !holds(e.not, p);
  const v = p[e.left.field];
  const num = (x) => (typeof x === 'boolean' || isNaN(Number(x)) ? x : Number(x));
  const any = (x, list) => (Array.isArray(x) ? x.some((i) => list.includes(i)) : list.includes(x));
  switch (e.op) {
    case 'in': return any(v, e.right.map((r) => r.value));
    case 'not_in': return !any(v, e.right.map((r) => r.value));
    case 'is_empty': return v == null;
    case 'is_not_empty': return v != null;
    case 'between': return num(v) >= num(e.right[0].value) && num(v) <= num(e.right[1].value);
    default: { const a = num(v), b = typeof e.right.value === 'boolean' ? e.right.value : num(e.right.value); return { '=': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[e.op]; }
  }
}
const TOTAL = 2003418;
const scaled = (e) => Math.round((people.filter((p) => holds(e, p)).length / people.length) * TOTAL * 0.83);
function walk(e, path, out) {
  out.push({ path, e });
  const go = (x, step) => walk(x, path ? `${path}.${step}` : step, out);
  (e.and ?? []).forEach((x, i) => go(x, `and.${i}`));
  (e.or ?? []).forEach((x, i) => go(x, `or.${i}`));
  if (e.not) go(e.not, 'not.0');
  return out;
}
function explain(e, path, p) {
  const go = (x, step) => explain(x, path ? `${path}.${step}` : step, p);
  const kind = e.and ? 'and' : e.or ? 'or' : e.not ? 'not' : 'condition';
  const children = (e.and ?? e.or ?? (e.not ? [e.not] : [])).map((x, i) => go(x, `${kind}.${i}`));
  return { path, kind, result: holds(e, p), field: e.left?.field, actual: e.left ? p[e.left.field] : undefined, children };
}
const fail = (status, code, message, facts = {}) => ({ status, body: { code, message, facts, findings: [] } });
const vocab = (group, zh, en, kind) => ({ key: group, labels: L(zh, en), items: d.partyMeta.fields.filter((f) => f.kind === kind && !f.masked && !f.type.includes('text')).map((f) => ({ key: f.key, labels: f.labels, type: { money: 'decimal', percent: 'decimal', multi_choice: 'choice' }[f.type] ?? f.type, unit: f.type === 'money' ? '元' : f.unit, options: f.options.length ? f.options : undefined })) });

const routes = [
  ['GET', /^\/api\/v1\/session$/, () => ({ signed_in: signedIn, csrf: 'x' })],
  ['POST', /login$/, (m, b) => (b.password === 'locked' ? fail(429, 'too_many_login_attempts', '') : b.password === 'zhike' ? ((signedIn = true), { status: 200 }) : fail(400, 'username_password_mismatch', '工号或密码不正确'))],
  ['DELETE', /auth\/session$/, () => ((signedIn = false), fail(401, 'x', ''))],
  ['POST', /password\/change$/, () => ({})], ['POST', /sign-out-everywhere$/, () => ((signedIn = false), {})],
  ['GET', /\/me$/, () => me], ['PATCH', /\/me$/, (m, b) => (me = { ...me, ...b })],
  ['GET', /meta\/objects\/(\w+)$/, (m) => store[m[1]]?.[0] ?? fail(404, 'not_found', `对象 ${m[1]} 不存在，或您无权查看`)],
  ['POST', /objects\/(\w+)\/query$/, (m, b) => { const [meta, all] = store[m[1]]; let rows = all.filter((r) => holds(b.condition, r) && (!b.q || r.display.includes(b.q))); if (b.sort && !['name'].includes(b.sort.field)) rows = [...rows].sort((x, y) => (Number(y[b.sort.field]) - Number(x[b.sort.field])) * (b.sort.direction === 'desc' ? 1 : -1)); return { rows: rows.map((r) => record(meta, r)), next_cursor: rows.length > 20 ? 'c' : null, previous_cursor: b.cursor ? 'p' : null, as_of: { records: NOW, warehouse: m[1] === 'party' ? DATE : null } }; }],
  ['POST', /objects\/(\w+)\/count$/, (m, b) => { const n = store[m[1]][1].filter((r) => holds(b.condition, r) && (!b.q || r.display.includes(b.q))).length; return m[1] !== 'party' ? { count: n, approximate: false } : n === 0 ? { count: 0, approximate: false } : { count: { mine: 38, branch: 8640, all: 2003418, test_due: 6218 }[b.refinement] ?? n, approximate: b.refinement === 'all' && !b.exact }; }],
  ['GET', /objects\/(\w+)\/records\/([\w-]+)$/, (m) => { const [meta, all] = store[m[1]]; const r = all.find((x) => x.uid === m[2]); return r ? record(meta, r) : fail(404, 'not_found', '不存在，或您无权查看'); }],
  ['POST', /objects\/(\w+)\/records$/, (m, b) => { const [meta, all] = store[m[1]]; const r = { uid: uid(1000 + all.length), revision: 1, display: b.values.name ?? b.values.subject, ...b.values }; if (typeof r.party === 'string') r.party = { uid: r.party, display: people.find((p) => p.uid === r.party)?.display, object: 'party' }; all.push(r); return { status: 201, body: record(meta, r) }; }],
  ['PATCH', /objects\/(\w+)\/records\/([\w-]+)$/, (m, b) => { const [meta, all] = store[m[1]]; const r = all.find((x) => x.uid === m[2]); if (r.revision !== b.revision || b.values.preferred_time === 'stale') { r.revision++; return fail(409, 'stale_revision', '这条记录已被他人修改', { given: b.revision, current: r.revision }); } Object.assign(r, b.values, { revision: r.revision + 1 }); return record(meta, r); }],
  ['DELETE', /objects\/(\w+)\/records\/([\w-]+)$/, (m) => { const all = store[m[1]][1]; all.splice(all.findIndex((x) => x.uid === m[2]), 1); return { status: 204 }; }],
  ['GET', /\/history$/, () => ({ entries: [{ at: NOW, actor: { name: '林晓岚', employee_no: '10023' }, operation: 'update', changes: [{ field: 'preferred_time', old: null, new: '工作日 18 点后' }] }] })],
  ['GET', /\/access$/, () => ({ entries: [{ at: NOW, actor: { name: '沈聿', employee_no: '10007' }, operation: 'unmask', field: 'mobile', reason: '核对回访电话' }] })],
  ['POST', /\/unmask$/, (m, b) => ({ field: b.field, value: '13800001234' })],
  ['GET', /\/search$/, (m, b, q) => ({ groups: [{ key: 'party', labels: L('客户', 'Customers'), items: people.filter((p) => p.display.includes(q.get('q').slice(0, 1)) || p.number.includes(q.get('q'))).slice(0, 5).map((p) => ({ title: p.display, subtitle: p.number, path: d.link(p) })) }, { key: 'menu', labels: L('功能', 'Pages'), items: me.menu.filter((x) => x.labels.zh.includes(q.get('q'))).map((x) => ({ title: x.labels.zh, subtitle: '', path: x.path })) }].filter((g) => g.items.length) })],
  ['GET', /pages\/home_manager$/, () => d.homePage(d.work)],
  ['GET', /pages\/customer$/, (m, b, q) => d.customerPage(people.find((p) => p.uid === q.get('record')) ?? people[0], d.work)],
  ['GET', /\/work$/, (m, b, q) => { const is = (s) => d.work.filter((w) => w.state === s); return { items: is(q.get('state') ?? 'open'), next_cursor: null, counts: { open: is('open').length, overdue: is('open').filter((w) => w.overdue).length, due_today: is('open').length, done: is('done').length } }; }],
  ['GET', /\/work\/([\w-]+)$/, (m) => d.work.find((w) => w.uid === m[1]) ?? fail(404, 'not_found', '不存在')],
  ['POST', /\/work\/([\w-]+)\/complete$/, (m, b) => Object.assign(d.work.find((w) => w.uid === m[1]), { state: 'done', result: b.result, note: b.note, done_at: NOW, overdue: false, revision: 2 })],
  ['GET', /audiences\/vocabulary$/, () => ({ business_date: DATE, visible_total: TOTAL, groups: [vocab('indicator', '指标', 'Indicators', 'indicator'), vocab('field', '属性', 'Fields', 'field'), vocab('tag', '标签', 'Tags', 'tag')] })],
  ['POST', /audiences\/preview$/, (m, b) => ({ count: scaled(b.condition), visible_total: TOTAL, total_asset: String(people.filter((p) => holds(b.condition, p)).reduce((s, p) => s + Number(p.total_asset), 0) * 800), business_date: DATE, elapsed_ms: 96, nodes: b.nodes ? walk(b.condition, '', []).map(({ path, e }) => ({ path, count: scaled(e) })) : [] })],
  ['POST', /audiences\/sample$/, (m, b) => ({ rows: people.filter((p) => holds(b.condition, p)).slice((b.seed - 1) % 3).slice(0, 5).map((p) => ({ uid: p.uid, display: p.display, values: { total_asset: p.total_asset, value_tier: d.tierOptions.find((o) => o.key === p.value_tier).labels.zh, risk_level: p.risk_level } })), business_date: DATE })],
  ['POST', /audiences\/explain$/, (m, b) => { const p = people.find((x) => x.uid === b.party); return { member: holds(b.condition, p), business_date: DATE, tree: explain(b.condition, '', p) }; }],
  ['GET', /\/audiences$/, () => ({ items: audiences })],
  ['POST', /\/audiences$/, (m, b) => { const a = { ...b, uid: uid(210 + audiences.length), count: scaled(b.condition), business_date: DATE, owner: { name: me.name }, updated_at: NOW, revision: 1, snapshots: 0, sentence: '' }; audiences.push(a); return { status: 201, body: a }; }],
  ['GET', /audiences\/([\w-]+)\/snapshots$/, () => ({ items: [{ uid: uid(1), count: 48620, business_date: '2026-02-16', taken_at: '2026-02-16T01:20:00Z' }] })],
  ['POST', /audiences\/([\w-]+)\/snapshots$/, () => ({ uid: uid(2), count: 18426, business_date: DATE, taken_at: NOW })],
  ['GET', /audiences\/([\w-]+)$/, (m) => audiences.find((a) => a.uid === m[1]) ?? fail(404, 'not_found', '客群不存在')],
  ['PATCH', /audiences\/([\w-]+)$/, (m, b) => { const a = audiences.find((x) => x.uid === m[1]); return Object.assign(a, b, { revision: a.revision + 1 }); }],
  ['GET', /\/campaigns$/, () => ({ items: campaigns.map((c) => ({ ...c, owner: { name: '沈聿' }, launched_at: c.state === 'draft' ? null : '2026-02-16T01:30:00Z', work: c.counts && { open: 2610, done: 9870 } })) })],
  ['GET', /campaigns\/options$/, () => ({ audiences, templates: [template], products: [{ uid: uid(450), display: '知远均衡混合 A', risk_level: 'R3' }], goals: { fields: [{ key: 'margin_opened', labels: L('开通信用账户', 'Margin opened'), type: 'boolean' }, { key: 'net_inflow', labels: L('净流入', 'Net inflow'), type: 'decimal', unit: '元' }], examples: [{ labels: L('开通信用账户', 'Opens margin'), expression: 'margin_opened = true' }, { labels: L('净流入 5 万以上', 'Inflow 50k'), expression: 'net_inflow >= 50000' }] }, result_sets: [{ key: 'sales', labels: L('营销跟进', 'Sales'), results: d.results }] })],
  ['POST', /\/campaigns$/, (m, b) => { const c = { ...campaign(310 + campaigns.length, b.name, 'draft'), script: b.script, goal: { ...b.goal, sentence: b.goal.expression } }; if (b.goal.expression.includes('?')) return { status: 422, body: { code: 'invalid', message: '输入有 1 处需要修改', facts: {}, findings: [{ code: 'unknown_name', message: '没有“?”。已有：margin_opened、net_inflow' }] } }; campaigns.push(c); return { status: 201, body: show(c) }; }],
  ['POST', /campaigns\/([\w-]+)\/estimate$/, () => ({ count: 18426, business_date: DATE, control: 1843, covered: 15210, reachable: 13310, refusals: refusals.map((r) => ({ ...r, count: Math.round(r.count * 0.526) })) })],
  ['POST', /campaigns\/([\w-]+)\/preview$/, (m, b) => ({ party: { uid: people[0].uid, display: people.find((p) => p.uid === b.party)?.display ?? people[0].display }, subject: template.subject, body_html: `<div style="font:14px/22px sans-serif"><p>尊敬的 ${people[0].display}：</p><p>3 月 25 日 15:30，我部举办两融规则与风险说明会。</p><p style="color:#666">投资有风险，决策需谨慎。回复 TD 退订。</p></div>`, body_text: template.body, findings: [] })],
  ['POST', /campaigns\/([\w-]+)\/test-mail$/, () => ({ sent_to: 'linxiaolan@zhiyuan.example' })],
  ['POST', /campaigns\/([\w-]+)\/members\/.*\/resend$/, () => ({})],
  ['POST', /campaigns\/([\w-]+)\/(confirm|launch|pause|resume|stop)$/, (m) => { const c = campaigns.find((x) => x.uid === m[1]); c.state = { confirm: 'confirmed', launch: 'running', pause: 'paused', resume: 'running', stop: 'stopped' }[m[2]]; c.revision++; if (m[2] === 'confirm') { c.snapshot = { count: 18426, business_date: DATE }; c.counts = { chosen: 18426, control: 1843, treated: 16583, refused: 3273, waiting: 13310, sent: 0, unknown: 0, failed: 0 }; } return show(c); }],
  ['GET', /campaigns\/([\w-]+)\/effect$/, () => effect],
  ['GET', /campaigns\/([\w-]+)\/members$/, (m, b, q) => ({ items: people.map((p, i) => ({ party: { uid: p.uid, display: p.display }, group: q.get('state') === 'control' ? 'control' : 'treated', state: q.get('state') ?? 'sent', reasons: q.get('state') === 'refused' ? [refusals.find((r) => r.code === q.get('reason')) ?? refusals[i % 5]] : [], decided_at: '2026-02-16T01:31:00Z', sent_at: ['sent', 'unknown'].includes(q.get('state')) ? '2026-02-16T01:40:00Z' : null, work_state: i % 3 ? 'open' : 'done', converted: i % 5 === 0, net_inflow: p.net_inflow_30d })), next_cursor: q.get('cursor') ? null : 'next', count: counts[q.get('state')] ?? counts.chosen })],
  ['GET', /campaigns\/([\w-]+)$/, (m) => { const c = campaigns.find((x) => x.uid === m[1]); return c ? show(c) : fail(404, 'not_found', '活动不存在'); }],
  ['PATCH', /campaigns\/([\w-]+)$/, (m, b) => show(Object.assign(campaigns.find((x) => x.uid === m[1]), { name: b.name, script: b.script }))],
  ['GET', /\/loads$/, () => ({ items: loads, next_cursor: null })],
  ['GET', /loads\/([\w-]+)$/, (m) => ({ ...loads.find((l) => l.uid === m[1]), rejected: m[1] === uid(601) ? Array.from({ length: 12 }, (_, i) => ({ line: 1042 + i * 731, reason_code: i % 2 ? 'bad_date' : 'missing_key', reason: i % 2 ? '开户日期不是日期' : '缺少客户号', values: { cust_no: i % 2 ? `3603${1000 + i}` : '', open_date: i % 2 ? '2026-13-01' : '2026-01-05', branch: '0101' } })) : [] })],
  ['POST', /\/loads$/, () => ({ status: 201, body: loads[0] })],
  ['GET', /\/sources$/, () => ({ items: [['cash_flow', '资金流水'], ['party', '客户主档']].map(([key, zh]) => ({ key, labels: L(zh, key), dataset: `core.${key}`, file: `${key}_{date}.csv` })) })],
  ['GET', /\/runs$/, () => ({ items: [{ uid: uid(650), kind: 'load', title: '资金流水 03-17', state: 'running', progress: { done: 84210, total: 213400, step: '去重与校验' }, started_at: NOW, finished_at: null, cancellable: true, log: [] }] })],
  ['POST', /cancel$/, () => ({})],
  ['GET', /\/users$/, () => ({ items: ['林晓岚', '沈聿', '顾明舟', '程朗', '许知行', '唐若谷'].map((name, i) => ({ uid: uid(700 + i), employee_no: String(10023 - i * 4), name, roles: [{ key: 'manager', labels: i === 1 ? L('运营', 'Operator') : L('客户经理', 'Manager') }], units: [{ name: '世纪大道营业部' }], active: i !== 4, last_sign_in: i === 5 ? null : NOW })) })],
];

function answer(request, body) {
  const url = new URL(request.url, 'http://x');
  const open = /session|login|_allauth/.test(url.pathname);
  if (!signedIn && !open) return fail(401, 'sign_in_required', '登录已过期，请重新登录');
  for (const [method, pattern, handle] of routes) {
    const match = request.method === method && pattern.exec(url.pathname);
    if (match) return handle(match, body, url.searchParams);
  }
  return fail(404, 'not_found', `${request.method} ${url.pathname}`);
}
export function mockPlugin() {
  return { name: 'zhike-mock', configureServer(server) {
    server.middlewares.use((request, response, next) => {
      if (!/^\/(api|_allauth)\//.test(request.url)) return next();
      let text = '';
      request.on('data', (part) => (text += part));
      request.on('end', () => {
        let body = {};
        try { body = JSON.parse(text || '{}'); } catch { /* a file */ }
        const result = answer(request, body);
        const wrapped = result && typeof result.status === 'number' ? result : { status: 200, body: result };
        response.writeHead(wrapped.status, { 'Content-Type': 'application/json', 'X-Request-Id': '7f3a-9c21-0d84', 'Set-Cookie': 'csrftoken=x; Path=/' });
        response.end(wrapped.status === 204 ? undefined : JSON.stringify(wrapped.body ?? {}));
      });
    });
  } };
}
