/** Invented people whose figures agree with each other. Never shipped. */
export const DATE = '2026-03-17';
export const NOW = '2026-03-18T02:42:00Z';
const L = (zh, en) => ({ zh, en });
const uid = (n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const names = ['周*仪', '高*远', '许*东', '吴*川', '朱*', '魏*然', '韩*平', '蒋*宁', '孙*梅', '冯*莉', '邓*', '曹*', '欧阳*', '丁*华', '薛*文', '叶*', '潘*君', '杜*', '何*', '罗*', '沈*航', '钱*', '贺*', '彭*涛'];
const assets = [862.47, 1524.8, 418.36, 327.91, 236.5, 204.13, 158.22, 142.76, 96.84, 88.35, 73.6, 68.92, 2318.54, 57.31, 51.08, 46.77, 42.15, 38.94, 31.2, 28.77, 266.18, 92.4, 58.73, 134.05];
const changes = [-198.35, 98.62, 86.18, -18.46, 21.74, -11.08, 16.93, 0.84, -14.71, 10.56, 9.42, 0, -36.2, 0.31, -2.86, 0.02, 0.12, 5.5, 0.4, -1.2, 3.1, 0.2, 0, 1.1];
const flows = [-186, 120, 80, 0, 35, -20, 45, 6, -12, 8.5, 0, 0, 150, 2, -8.4, 0, 0, 38.9, 0, 0, 5, 0, 0, 2];
const risks = ['C4', 'C5', 'C4', 'C4', 'C5', 'C3', 'C2', 'C3', 'C2', 'C3', 'C4', 'C2', 'C5', 'C3', 'C5', 'C2', 'C1', 'C3', 'C2', 'C3', 'C5', 'C4', 'C4', 'C5'];
const tags = [['large_out', 'margin'], ['star_market', 'active'], ['margin_intent'], ['test_due', 'active'], ['concentrated'], ['fee_sensitive', 'etf'], ['idle_cash'], ['sip', 'active'], ['senior'], ['ipo'], ['new_permission'], ['dormant'], ['professional', 'active'], ['sip'], ['etf', 'ipo'], ['idle_cash'], ['bond'], ['new_customer'], [], ['etf'], ['margin_intent'], ['ipo'], ['margin_intent'], ['etf']];
const tierOf = (a) => (a >= 500 ? 'diamond' : a >= 200 ? 'platinum' : a >= 70 ? 'gold' : 'basic');
export const people = names.map((display, i) => ({
  uid: uid(i + 1), display, revision: 3,
  number: `3603****${8214 - i * 137}`, mobile: `138****${1234 + i * 517}`,
  total_asset: (assets[i] * 1e4).toFixed(2), asset_change_1d: (changes[i] * 1e4).toFixed(2), net_inflow_30d: (flows[i] * 1e4).toFixed(2),
  return_ytd: ((i * 37) % 30 - 9).toFixed(2), risk_level: risks[i], risk_valid_until: `${2026 + (i % 3)}-${String(3 + (i % 9)).padStart(2, '0')}-11`,
  value_tier: tierOf(assets[i]), tags: tags[i], trade_days_30: (i * 7) % 21, status: i === 11 ? 'dormant' : 'normal', margin_open: i % 4 === 0,
  open_date: `20${12 + (i % 13)}-0${1 + (i % 9)}-15`,
}));
const tierOptions = [{ key: 'diamond', labels: L('钻石', 'Diamond') }, { key: 'platinum', labels: L('白金', 'Platinum') }, { key: 'gold', labels: L('黄金', 'Gold') }, { key: 'basic', labels: L('普通', 'Basic') }];
const riskOptions = ['C1', 'C2', 'C3', 'C4', 'C5'].map((key) => ({ key, labels: L(key, key) }));
const tagOptions = Object.entries({ large_out: ['大额转出', 'Large outflow', 'late'], margin: ['两融客户', 'Margin'], star_market: ['科创权限', 'STAR'], active: ['交易活跃', 'Active'], margin_intent: ['两融意向', 'Margin intent', 'model'], test_due: ['测评将到期', 'Test due', 'attention'], concentrated: ['重仓集中', 'Concentrated'], fee_sensitive: ['佣金敏感', 'Fee sensitive'], etf: ['ETF 偏好', 'ETF'], idle_cash: ['闲置资金', 'Idle cash'], sip: ['基金定投', 'SIP'], senior: ['高龄客户', 'Senior'], ipo: ['打新活跃', 'IPO'], new_permission: ['新开权限', 'New permission'], dormant: ['休眠可唤醒', 'Dormant'], professional: ['专业投资者', 'Professional'], bond: ['债券偏好', 'Bonds'], new_customer: ['新客 90 日', 'New'] }).map(([key, [zh, en, status]]) => ({ key, labels: L(zh, en), status }));
const f = (key, zh, en, type, more = {}) => ({ key, labels: L(zh, en), type, options: [], owner: 'source', required: false, readonly: true, masked: false, unmaskable: false, kind: 'field', ...more });
export const partyMeta = {
  key: 'party', labels: L('客户', 'Customers'), version: 1,
  fields: [
    f('name', '客户', 'Customer', 'text', { masked: true, unmaskable: true, required: true }), f('value_tier', '客户等级', 'Tier', 'choice', { options: tierOptions, kind: 'indicator' }),
    f('number', '客户号', 'Number', 'text', { masked: true }), f('mobile', '手机', 'Mobile', 'phone', { masked: true, unmaskable: true }),
    f('total_asset', '总资产', 'Total assets', 'money', { unit: '元', kind: 'indicator' }), f('asset_change_1d', '较上日', 'Change 1d', 'money', { kind: 'indicator' }),
    f('net_inflow_30d', '30 日净流入', 'Net inflow 30d', 'money', { kind: 'indicator' }), f('return_ytd', '今年收益率', 'Return YTD', 'percent', { kind: 'indicator' }),
    f('risk_level', '风险承受', 'Risk level', 'choice', { options: riskOptions }), f('risk_valid_until', '测评有效期', 'Test valid until', 'date'),
    f('tags', '标签', 'Tags', 'multi_choice', { options: tagOptions, kind: 'tag' }), f('trade_days_30', '30 日交易天数', 'Trade days 30d', 'integer', { unit: '天', kind: 'indicator' }),
    f('status', '客户状态', 'Status', 'choice', { options: [{ key: 'normal', labels: L('正常', 'Normal') }, { key: 'dormant', labels: L('休眠', 'Dormant') }] }),
    f('margin_open', '已开通信用账户', 'Margin account', 'boolean'), f('open_date', '开户日期', 'Opened', 'date'),
    f('net_contribution', '净贡献', 'Contribution', 'money', { kind: 'indicator' }),
    f('contact_note', '联系备注', 'Contact note', 'long_text', { owner: 'desk', readonly: false }), f('preferred_time', '方便联系时间', 'Best time', 'text', { owner: 'desk', readonly: false }),
  ],
  refinements: [{ key: 'mine', labels: L('我的客户', 'Mine') }, { key: 'branch', labels: L('我营业部', 'My branch') }, { key: 'all', labels: L('全公司', 'Firm') }, { key: 'test_due', labels: L('测评 30 日内到期', 'Test due in 30 days') }],
  list: { columns: ['name', 'value_tier', 'number', 'mobile', 'total_asset', 'asset_change_1d', 'net_inflow_30d', 'return_ytd', 'risk_level', 'risk_valid_until', 'tags'], sort: { field: 'total_asset', direction: 'desc' }, tabs: ['mine', 'branch', 'all', 'test_due'], searchable: true },
  detail: { sections: [{ labels: L('身份', 'Identity'), fields: ['name', 'number', 'mobile', 'status', 'open_date'] }, { labels: L('适当性', 'Suitability'), fields: ['risk_level', 'risk_valid_until', 'value_tier'] }, { labels: L('服务', 'Service'), fields: ['preferred_time', 'contact_note', 'net_contribution'] }] },
  form: { fields: ['name', 'mobile', 'preferred_time', 'contact_note'] }, page: 'customer', operations: ['create', 'update', 'export'],
};
export const interactionMeta = {
  key: 'interaction', labels: L('服务记录', 'Interactions'), version: 1,
  fields: [f('subject', '主题', 'Subject', 'text', { owner: 'desk', readonly: false, required: true }), f('party', '客户', 'Customer', 'reference', { target: 'party', owner: 'desk', readonly: false, required: true }), f('channel', '渠道', 'Channel', 'choice', { owner: 'desk', readonly: false, options: [{ key: 'phone', labels: L('电话', 'Phone') }, { key: 'visit', labels: L('面访', 'Visit') }] }), f('at', '时间', 'At', 'datetime', { owner: 'desk', readonly: false }), f('amount', '涉及金额', 'Amount', 'money', { owner: 'desk', readonly: false }), f('note', '内容', 'Note', 'long_text', { owner: 'desk', readonly: false })],
  refinements: [{ key: 'all', labels: L('全部', 'All') }], list: { columns: ['subject', 'party', 'channel', 'at', 'amount'], sort: { field: 'at', direction: 'desc' }, tabs: ['all'], searchable: true },
  detail: { sections: [{ labels: L('内容', 'Content'), fields: ['subject', 'party', 'channel', 'at', 'amount', 'note'] }] }, form: { fields: ['subject', 'party', 'channel', 'at', 'amount', 'note'] }, operations: ['create', 'update', 'delete'],
};
export const interactions = ['年度资产配置回顾', '融资利率能否下调', '大额转出原因登记'].map((subject, i) => ({ uid: uid(900 + i), display: subject, revision: 1, subject, party: { uid: people[i].uid, display: people[i].display, object: 'party' }, channel: i === 0 ? 'visit' : 'phone', at: `2026-03-1${i + 2}T06:00:00Z`, amount: { amount: '1860000.00', currency: 'CNY' }, note: '客户希望降低医药集中度，约定 3 月复盘。' }));
const asDay = { kind: 'day_end', at: DATE };
const asLive = { kind: 'live', at: NOW };
const spark = (seed, n = 30) => Array.from({ length: n }, (_, i) => 50 + Math.sin(i / 4 + seed) * 8 + i * ((seed % 5) - 2) * 0.6 + ((i * 7919 * (seed + 1)) % 13) / 4);
const due = (min) => new Date(new Date(NOW).getTime() + min * 60000).toISOString();
const kinds = { visit: L('回访', 'Visit'), campaign: L('营销', 'Campaign'), request: L('请求', 'Request') };
const results = [{ key: 'interested', labels: L('有意向', 'Interested'), positive: true }, { key: 'opened', labels: L('已办理', 'Done it'), positive: true }, { key: 'later', labels: L('再联系', 'Later'), positive: false }, { key: 'refused', labels: L('不需要', 'Not interested'), positive: false }, { key: 'unreached', labels: L('未接通', 'Not reached'), positive: false }];
export const work = [['visit', '科创板权限开通回访（规则：30 日内）', 10, -132], ['campaign', '春季两融投教邀请：跟进', 7, -35], ['request', '银证转账失败咨询，渠道：企业微信', 18, 48], ['campaign', '春季两融投教邀请：跟进', 0, 200], ['visit', '大额划转核实回访（2 个交易日内）', 8, 260], ['campaign', '春季两融投教邀请：跟进', 2, 300], ['campaign', '春季两融投教邀请：跟进', 19, 440]].map(([kind, subject, p, min], i) => ({
  uid: uid(500 + i), kind, kind_labels: kinds[kind], subject, party: { uid: people[p].uid, display: people[p].display }, due_at: due(min), overdue: min < 0, left_minutes: min, state: 'open', assignee: { uid: uid(700), name: '林晓岚' },
  origin: kind === 'campaign' ? { kind: 'campaign', uid: uid(300), title: '春季两融投教邀请', path: `/campaigns/${uid(300)}` } : null,
  script: '您好，我是知远证券的林晓岚，工号 10023。\n1. 先确认客户本人。\n2. 邀请参加 3 月 25 日两融投教会，说明只讲规则与风险，不推荐产品。\n3. 不承诺收益；客户问利率时答复以柜台公示为准。', results, result: null, note: null, done_at: null, revision: 1,
}));
const points = (base, n = 250) => Array.from({ length: n }, (_, i) => { const d = new Date(Date.UTC(2025, 6, 10 + i)); return { x: d.toISOString().slice(0, 10), y: (base * (1 + Math.sin(i / 19) * 0.03 + i * 0.0012 + (i > 98 ? 0.22 : 0) - (i === n - 1 ? 0.18 : 0)) * 1e4).toFixed(2) }; });
const cols = (...list) => list.map(([key, zh, en, format, unit]) => ({ key, labels: L(zh, en), format, unit }));
const block = (key, zh, en, kind, data, as_of = asDay, more = {}) => ({ key, labels: L(zh, en), kind, as_of, state: 'ok', data, ...more });
export const link = (p) => `/records/party/${p.uid}`;
export function homePage(openWork) {
  const sorted = people.slice(0, 10);
  const open = openWork.filter((w) => w.state === 'open');
  const late = open.filter((w) => w.overdue).length;
  return { key: 'home_manager', labels: L('客户经理工作台', 'My day'), title: '客户经理工作台', columns: [['figures', 'todo', 'movers'], ['moments', 'campaigns']], header: 'brief', actions: [], blocks: {
    brief: block('brief', '简报', 'Brief', 'brief', { sentence: '', parts: [{ text: `今天到期 ${open.length} 件，`, tone: 'plain' }, { text: `${late} 件已超时`, tone: 'late' }, { text: '；6 个关键时刻待处理', tone: 'plain' }], first: { text: '周*仪 大额转出挽留，收盘前完成（电话已授权）', path: link(people[0]) } }),
    figures: block('figures', '指标', 'Figures', 'figures', { figures: [
      { key: 'assets', labels: L('名下资产', 'Assets'), value: '486000000.00', format: 'money', compare: [{ labels: L('较上日', '1d'), value: '-146000.00', format: 'change' }, { labels: L('30 日', '30d'), value: '2.31', format: 'change', unit: '%' }], spark: spark(3) },
      { key: 'inflow', labels: L('近 30 日净流入', 'Net inflow 30d'), value: '12684000.00', format: 'change', compare: [{ labels: L('流入', 'in'), value: '39062000', format: 'money' }, { labels: L('流出', 'out'), value: '26378000', format: 'money' }], spark: spark(4) },
      { key: 'customers', labels: L('服务客户', 'Customers'), value: 312, format: 'count', unit: '户', compare: [{ labels: L('有效', 'valid'), value: 268, format: 'count' }, { labels: L('休眠', 'dormant'), value: 21, format: 'count' }] },
      { key: 'rate', labels: L('回访完成率', 'Visits done'), value: '98.6', format: 'percent', compare: [{ labels: L('目标', 'target'), value: '100', format: 'percent' }] } ] }),
    todo: block('todo', '今日待办', 'Due today', 'work', { items: open.slice(0, 6), total: open.length }, asLive),
    movers: block('movers', '资产变动前十', 'Largest changes', 'table', { columns: cols(['name', '客户', 'Customer', 'link'], ['tier', '等级', 'Tier', 'tag'], ['asset', '总资产', 'Assets', 'money'], ['change', '变动', 'Change', 'change'], ['bar', '', '', 'bar'], ['flow', '净流入', 'Flow', 'change'], ['market', '市值变动', 'Market', 'change'], ['spark', '30 日资产', '30d', 'spark']), rows: sorted.map((p, i) => ({ key: p.uid, path: link(p), cells: { name: p.display, tier: tierOptions.find((o) => o.key === p.value_tier).labels.zh, asset: p.total_asset, change: p.asset_change_1d, bar: Number(p.asset_change_1d), flow: p.net_inflow_30d, market: (Number(p.asset_change_1d) - Number(p.net_inflow_30d)).toFixed(2), spark: spark(i) } })), more: { count: 302, path: '/records/party' } }),
    moments: block('moments', '测评将到期', 'Tests due', 'table', { columns: cols(['name', '客户', 'Customer', 'link'], ['level', '等级', 'Level', 'text'], ['until', '有效至', 'Until', 'date'], ['asset', '总资产', 'Assets', 'money']), rows: people.slice(3, 9).map((p) => ({ key: p.uid, path: link(p), cells: { name: p.display, level: p.risk_level, until: p.risk_valid_until, asset: p.total_asset } })) }, { kind: 'day_end', at: '2026-03-16', late: true, note: '03-17 测评文件未到齐（7 / 9），预计 11:30 更新' }),
    campaigns: block('campaigns', '活动进度', 'Campaigns', 'table', { columns: [], rows: [] }, asLive, { state: 'error', error: { code: 'unavailable', message: '活动服务没有在 5 秒内应答' } }),
  } };
}
export function customerPage(p, openWork) {
  const refusal = [{ code: 'no_consent', labels: L('未授权该渠道', 'No consent') }];
  return { key: 'customer', labels: L('客户 360', 'Customer'), title: p.display, columns: [['assets', 'holdings', 'timeline'], ['accounts', 'tags', 'work', 'touches', 'relations', 'fields', 'history']], header: 'identity', actions: [{ key: 'interaction', labels: L('写服务记录', 'Log contact'), path: '/records/interaction/new' }], blocks: {
    identity: block('identity', '身份', 'Identity', 'identity', { display: p.display, number: p.number, tier: tierOptions.find((o) => o.key === p.value_tier).labels.zh, status: '普通投资者', facts: [{ labels: L('总资产', 'Assets'), value: p.total_asset, format: 'money' }, { labels: L('较上日', '1d'), value: p.asset_change_1d, format: 'change' }, { labels: L('30 日净流入', 'Inflow 30d'), value: p.net_inflow_30d, format: 'change' }, { labels: L('今年收益率', 'YTD'), value: p.return_ytd, format: 'change', unit: '%' }, { labels: L('最近联系', 'Last contact'), value: '2026-03-18', format: 'date' }, { labels: L('服务关系', 'Manager'), value: '林晓岚 70%', format: 'text' }], risk: { level: p.risk_level, label: `${p.risk_level} 积极型`, valid_until: '2027-06-11', products: `R1–R${p.risk_level[1]}` }, consents: [{ channel: 'phone', labels: L('电话', 'Phone'), state: 'granted', at: '2025-06-12T01:00:00Z' }, { channel: 'mail', labels: L('邮件', 'E-mail'), state: 'granted', at: '2025-06-12T01:00:00Z' }, { channel: 'sms', labels: L('短信营销', 'SMS'), state: 'withdrawn', at: '2026-02-01T01:00:00Z' }, { channel: 'app', labels: L('APP 推送', 'App'), state: 'none', at: null }], unmaskable: [{ field: 'mobile', labels: L('手机', 'Mobile'), value: p.mobile }] }),
    assets: block('assets', '资产走势', 'Assets over time', 'series', { unit: '元', format: 'money', points: points(Number(p.total_asset) / 1e4 * 0.82), pins: [{ x: '2025-08-20', label: '开通两融' }, { x: '2025-10-15', label: '转入 200 万' }, { x: '2026-01-22', label: '投诉结案' }, { x: '2026-03-16', label: '转出 186 万' }], series: [['stock', '股票', 'Stocks', 0.5], ['fund', '公募基金', 'Funds', 0.27], ['wealth', '理财', 'Wealth', 0.17], ['cash', '现金', 'Cash', 0.06]].map(([key, zh, en, share]) => ({ key, labels: L(zh, en), style: 'area', points: points(Number(p.total_asset) / 1e4 * 0.82 * share) })) }),
    holdings: block('holdings', '持仓与盈亏', 'Holdings', 'table', { columns: cols(['name', '证券', 'Name', 'text'], ['kind', '品种', 'Kind', 'text'], ['risk', '风险', 'Risk', 'text'], ['value', '市值', 'Value', 'money'], ['share', '占总资产', 'Share', 'percent'], ['bar', '', '', 'bar'], ['pnl', '浮动盈亏', 'P&L', 'change'], ['rate', '盈亏率', 'Rate', 'change', '%']), rows: [['云帆科技', '股票', 'R4', 148.2, 36.42], ['澄江水电', '股票', 'R3', 96.75, 8.13], ['北川重工', '股票', 'R3', 95.35, -4.08], ['知远均衡混合 A', '公募基金', 'R3', 136.2, 14.9]].map(([name, kind, risk, v, pnl]) => ({ key: name, cells: { name, kind, risk, value: String(v * 1e4), share: (v / 8.6247).toFixed(2), bar: v, pnl: String(pnl * 1e4), rate: (100 * pnl / (v - pnl)).toFixed(2) } })), total: { name: '合计', value: '4765000', pnl: '553700' } }),
    timeline: block('timeline', '互动时间线', 'Timeline', 'timeline', { entries: [{ at: '2026-03-18T01:20:00Z', kind: 'phone', title: '外呼未接通', detail: '振铃 28 秒，系统建议 10:30–11:30 再呼', actor: '林晓岚' }, { at: '2026-03-17T07:06:00Z', kind: 'event', title: '关键时刻：大额转出', detail: '系统识别，收盘前需挽留' }, { at: '2026-03-17T06:52:00Z', kind: 'cash_flow', title: '银证转出 186.0 万', detail: 'APP 发起，去向 存管银行 尾号 3319' }, { at: '2026-02-26T02:02:00Z', kind: 'mail', title: '邮件送达：融资利率优惠说明会', detail: '春季两融投教邀请', path: `/campaigns/${uid(300)}` }, { at: '2026-02-12T06:00:00Z', kind: 'visit', title: '面访：年度资产配置回顾', detail: '客户希望降低医药集中度，约定 3 月复盘', actor: '林晓岚' }] }, asLive),
    accounts: block('accounts', '账户与角色', 'Accounts', 'table', { columns: cols(['kind', '账户', 'Account', 'text'], ['number', '账号', 'Number', 'text'], ['role', '角色', 'Role', 'tag'], ['asset', '资产', 'Assets', 'money'], ['state', '状态', 'State', 'text']), rows: [['资金户', '3603****8214', '持有人', p.total_asset], ['信用户', '3603****8269', '持有人', '-620000'], ['沪 A', 'A12****789', '持有人', null], ['机构户', '3603****0052', '授权代理', '12063000']].map(([kind, number, role, asset]) => ({ key: number, cells: { kind, number, role, asset, state: '正常' } })) }),
    relations: block('relations', '关系', 'Relations', 'table', { columns: cols(['name', '关系人', 'Person', 'link'], ['kind', '关系', 'Relation', 'text'], ['asset', '总资产', 'Assets', 'money']), rows: [{ key: 'a', path: link(people[1]), cells: { name: people[1].display, kind: '推荐人', asset: people[1].total_asset } }, { key: 'b', cells: { name: '陈*', kind: '配偶', asset: '3186000' } }] }),
    tags: block('tags', '标签', 'Tags', 'tags', { tags: [{ key: 'churn', labels: L('流失概率', 'Churn'), value: 'high', value_labels: L('高 0.71', 'high 0.71'), status: 'model', since: DATE }, ...['两融客户', '科技偏好', '长期持有', '家庭决策人', '企业主', '佣金敏感', '研报阅读多'].map((zh) => ({ key: zh, labels: L(zh, zh), value: true, value_labels: null }))] }),
    work: block('work', '在办工作', 'Work', 'work', { items: openWork.filter((w) => w.party.uid === p.uid && w.state === 'open'), total: openWork.filter((w) => w.party.uid === p.uid && w.state === 'open').length }, asLive),
    touches: block('touches', '营销触达', 'Touches', 'touches', { rows: [{ at: '2026-02-16T02:00:00Z', origin: '春季两融投教邀请', origin_path: `/campaigns/${uid(300)}`, channel: 'mail', state: 'sent', reasons: [] }, { at: '2026-02-14T02:00:00Z', origin: '可转债申购提醒', origin_path: '/campaigns', channel: 'sms', state: 'refused', reasons: refusal }, { at: '2026-01-18T02:00:00Z', origin: '结构化产品推介', origin_path: '/campaigns', channel: 'mail', state: 'unknown', reasons: [] }] }, asLive),
    fields: block('fields', '基本资料', 'Details', 'fields', { sections: [{ labels: L('资料', 'Details'), fields: [{ key: 'open_date', labels: L('开户日期', 'Opened'), value: p.open_date, format: 'date', owner: 'source', unmaskable: false }, { key: 'mobile', labels: L('手机', 'Mobile'), value: p.mobile, format: 'text', owner: 'source', unmaskable: true }, { key: 'contribution', labels: L('今年净贡献', 'Contribution'), value: '43700', format: 'money', owner: 'source', unmaskable: false }] }], object: 'party', uid: p.uid, revision: 3, permitted: ['update', 'unmask'] }),
    history: block('history', '查阅与变更', 'History', 'history', null, asLive, { state: 'refused', error: { code: 'refused', message: '您没有“审计查阅”权限' } }),
  } };
}
export { uid, L, tierOptions, riskOptions, tagOptions, results };
