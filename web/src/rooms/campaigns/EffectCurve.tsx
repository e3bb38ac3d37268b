import { useMemo } from 'react';
import type { Effect } from '../../api';
import { useText, type Translate } from '../../kit/i18n';
import { drawnAxis, valueAxis } from '../../kit/axis';
import { Chart } from '../../kit/Chart';
import type { EChartsCoreOption } from '../../kit/echarts';
import { drawnInYuan, shapeOf, unitBeside } from '../../kit/fields/formats';
import { decimal, toNumber } from '../../kit/format';
import { colors } from '../../kit/theme';

type Curve = NonNullable<Effect['curve']>;
type Scale = { factor: number; unit: string };

function lineOf(name: string, values: (string | number | null)[], scale: Scale, treated: boolean) {
  const color = treated ? colors.brand : colors.ink3;
  const last = values.length - 1;
  return {
    type: 'line',
    name,
    symbol: 'none',
    data: values.map((value) => {
      const number = toNumber(value);
      return number === null ? null : number * scale.factor;
    }),
    lineStyle: { color, width: treated ? 2 : 1.5, type: treated ? 'solid' : 'dashed' },
    itemStyle: { color },
    endLabel: {
      show: last >= 0,
      color,
      fontWeight: treated ? 600 : 400,
      fontSize: 12,
      formatter: ({ value }: { value: number }) => `${name} ${decimal(value, 2)}`,
    },
    labelLayout: { moveOverlap: 'shiftY' },
  };
}

function optionOf(curve: Curve, scale: Scale, t: Translate): EChartsCoreOption {
  const lines = [
    lineOf(t('effect.treated'), curve.treated, scale, true),
    lineOf(t('effect.controlShort'), curve.control, scale, false),
  ];
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 104, top: 12, bottom: 22, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      textStyle: { fontSize: 12, color: colors.ink },
      valueFormatter: (value: unknown) => `${decimal(Number(value), 2)} ${scale.unit}`,
    },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: curve.days.map((day) => (day === 0 ? t('effect.dayZero') : t('effect.day', { n: day }))),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colors.lineStrong } },
      axisLabel: {
        color: colors.ink3,
        fontSize: 11,
        hideOverlap: true,
        formatter: (_: string, index: number) => String(curve.days[index] ?? ''),
      },
      name: t('effect.curveDays'),
      nameLocation: 'middle',
      nameGap: 22,
      nameTextStyle: { color: colors.ink3, fontSize: 11 },
    },
    yAxis: drawnAxis(valueAxis(lines.flatMap((line) => line.data.filter((value) => value !== null)))),
    series: lines,
  };
}

/** What one customer of each group brought in on average since the touch, added up day by day. */
export function EffectCurve({ curve }: { curve: Curve }) {
  const { t, lang } = useText();
  const inYuan = drawnInYuan([...curve.treated, ...curve.control], lang);
  const { factor } = shapeOf(curve.format, curve.unit, lang, inYuan);
  const unit = unitBeside(curve.format, curve.unit, lang, inYuan);
  const option = useMemo(() => optionOf(curve, { factor, unit }, t), [curve, factor, unit, t]);
  return (
    <>
      <p className="small ink-3">{unit}</p>
      <Chart option={option} height={250} label={`${t('effect.curve')} ${unit}`} />
    </>
  );
}
