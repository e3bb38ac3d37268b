export const table = {
  'table.width': ['调整列宽：{{name}}', 'Width of the column {{name}}'],
  'table.sortHint': [
    '点击排序；按住 Shift 点击，加一个次要排序',
    'Click to sort; click with Shift to sort by one more column',
  ],
  'table.sortAndWidthHint': [
    '点击排序；按住 Shift 点击，加一个次要排序；Alt+←、Alt+→ 调整列宽，Alt+回车适应内容',
    'Click to sort; click with Shift to sort by one more column; Alt+← and Alt+→ change the width, Alt+Enter fits it',
  ],
  'table.widthHint': ['拖动调整列宽，双击适应内容', 'Drag to change the width, double-click to fit'],
  'table.editHint': ['双击或按 F2 修改', 'Double-click or press F2 to change'],
} as const;
