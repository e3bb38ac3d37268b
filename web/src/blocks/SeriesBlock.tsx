import { useMemo, useState } from 'react';
import type { SeriesData, SeriesPoint } from '../api';
import { useText } from '../kit/i18n';
import { drawnAxis, valueAxis } from '../kit/axis';
import { Chart } from '../kit/Chart';
import { drawnInYuan, formatOf, shapeOf, unitBeside } from '../kit/fields/formats';
import { axisDay, decimal, monthDay, toNumber, type Lang } from '../kit/format';
import { useIsPhone } from '../kit/hooks';
import { Segments } from '../kit/Tabs';
import { colors } from '../kit/theme';
import type { EChartsCoreOption } from '../kit/echarts';
import { since, spansOf, type Span } from './spans';

const DAY = 86_400_000;

/** An axis says its unit, shares too. */
const unitOf = (data: SeriesData, lang: Lang) =>
  unitBeside(data.format, data.unit, lang, isSmall(data, lang)) || data.unit;

const isSmall = ({ points }: SeriesData, lang: Lang) =>
  drawnInYuan(
    points.map((point) => point.y),
    lang,
  );

type Drawn = { data: SeriesData; from: string; lang: Lang; title: string; phone: boolean };

function optionOf({ data, from, lang, title, phone }: Drawn): EChartsCoreOption {
  const { factor } = shapeOf(data.format, data.unit, lang, isSmall(data, lang));
  const values = (points: SeriesPoint[]) =>
    points.filter((point) => point.x >= from).map((point) => [point.x, (toNumber(point.y) ?? NaN) * factor]);
  const pins = data.pins.filter((pin) => pin.x >= from);
  const total = {
    type: 'line',
    name: title,
    data: values(data.points),
    symbol: 'none',
    lineStyle: { width: 1.5, color: colors.brand },
    itemStyle: { color: colors.brand },
    areaStyle: { color: colors.brandTint, opacity: 1 },
    markLine: {
      symbol: ['none', 'none'],
      silent: true,
      lineStyle: { type: 'dashed', color: colors.ink4, width: 1 },
      label: {
        formatter: (mark: { dataIndex: number }) => String(data.pins.indexOf(pins[mark.dataIndex] ?? pins[0]!) + 1),
        color: colors.ink,
        fontSize: 11,
        padding: [2, 5],
        borderRadius: 9,
        borderWidth: 1,
        borderColor: colors.ink,
        backgroundColor: colors.surface,
      },
      data: pins.map((pin) => ({ xAxis: pin.x })),
    },
  };
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 14, top: 24, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      axisPointer: { lineStyle: { color: colors.ink4 } },
      textStyle: { fontSize: 12, color: colors.ink },
      valueFormatter: (value: unknown) => `${decimal(Number(value), 2)} ${unitOf(data, lang)}`,
    },
    xAxis: {
      type: 'time',
      splitNumber: phone ? 4 : 8,
      // A tick of an hour would repeat its day.
      minInterval: DAY,
      axisLine: { lineStyle: { color: colors.lineStrong } },
      axisTick: { show: false },
      axisLabel: {
        color: colors.ink3,
        fontSize: 11,
        hideOverlap: true,
        showMinLabel: false,
        formatter: (at: number) => axisDay(new Date(at), lang),
      },
    },
    yAxis: drawnAxis(
      valueAxis(
        total.data.map(([, value]) => Number(value)),
        formatOf(data.format).whole,
      ),
    ),
    series: [total],
  };
}

export function SeriesBlock({ data, title }: { data: SeriesData; title: string }) {
  const { t, lang } = useText();
  const phone = useIsPhone();
  const spans = spansOf(data.points);
  const [chosen, setSpan] = useState<Span>('y1');
  const span = spans.includes(chosen) ? chosen : 'all';
  const from = since(data.points, span);
  const option = useMemo(() => optionOf({ data, from, lang, title, phone }), [data, from, lang, title, phone]);
  const pins = data.pins.map((pin, index) => ({ ...pin, number: index + 1 })).filter((pin) => pin.x >= from);
  return (
    <>
      <div className="row wrap" style={{ marginBottom: 4 }}>
        <span className="right">
          {spans.length > 1 && (
            <Segments
              label={title}
              value={span}
              onChange={(key) => setSpan(key as Span)}
              items={spans.map((key) => ({ key, title: t(`series.${key}`) }))}
            />
          )}
        </span>
      </div>
      <p className="small ink-3">{unitOf(data, lang)}</p>
      <Chart option={option} height={phone ? 190 : 220} label={title} />
      {pins.length > 0 && (
        <ol className="pins">
          {pins.map((pin) => (
            <li key={pin.number}>
              <b>{pin.number}</b> {pinDay(pin.x)} {pin.label}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function pinDay(x: string): string {
  const [year, month, day] = x.slice(0, 10).split('-').map(Number);
  return monthDay(year ?? 0, month ?? 0, day ?? 0);
}
