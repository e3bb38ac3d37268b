/** What only forms of records say. */
export const recordForms = {
  'correct.title': ['申请更正', 'Ask for a correction'],
  'correct.text': [
    '以下各项由来源系统维护，不能直接修改。请填写正确的值，提交后由数据管理员在来源系统核实更正，处理结果见待办“我发起的”。',
    'These fields are kept by a source and cannot be changed here. Enter the right values; the data steward sees to the source, and answers in Work, “Asked by me”.',
  ],
  'correct.why': ['更正依据', 'Why'],
  'correct.whyHint': [
    '至少 4 个字，例如：客户出示了新的身份证',
    'At least 4 characters, e.g. the customer showed a new identity card',
  ],
  'correct.send': ['提交申请', 'Send'],
  'correct.sent': ['申请已提交', 'Sent'],
  'correct.none': [
    '这条{{name}}没有由来源系统维护的项，请直接修改',
    'No source keeps anything of this record: change it yourself',
  ],
  'alike.same': ['系统中已有{{fields}}相同的{{name}}', 'There is a {{name}} with the same {{fields}} already:'],
  'alike.strong': [
    '同一证件不重复建档：请打开已有的记录；无权查看时请交给有权查看的同事',
    'A second record is not made of it: open the one that is there, or leave it to a colleague who may',
  ],
  'alike.despite': ['确认不是同一人，请写明原因', 'If it is another one, say why'],
} as const;
