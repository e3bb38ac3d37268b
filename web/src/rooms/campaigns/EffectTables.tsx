import type { Branch, Measure } from '../../api';
import { useText } from '../../kit/i18n';
import { comparedInYuan, shapeOf, unitBeside } from '../../kit/fields/formats';
import { DataTable, type Column } from '../../kit/DataTable';
import { Nothing } from '../../kit/figures';
import { decimal, percent, share } from '../../kit/format';
import { Tag } from '../../kit/marks';
import { Interval, intervalScale } from '../../kit/Interval';
import { PeopleNumber } from './MembersDrawer';
import { boundText, countsText, differenceText, intervalOf, valueText } from './measure';

/** Each row has its own scale, zero in the middle, so that measures of different units stand together. */
function ownScale(value: { low: number; high: number }) {
  const reach = Math.max(Math.abs(value.low), Math.abs(value.high)) * 1.15 || 1;
  return { low: -reach, high: reach };
}

/** Behind a conversion stand those who met the goal, behind a mean everybody of the group. */
function behind(row: Measure, group: 'treated' | 'control') {
  return { state: row.key === 'conversion' ? `converted_${group}` : group };
}

export function MeasureTable({ uid, measures }: { uid: string; measures: Measure[] }) {
  const { t, label, lang } = useText();
  const inYuan = (row: Measure) => comparedInYuan([row.treated, row.control, row.difference, row.low, row.high], lang);
  const shape = (row: Measure) => shapeOf(row.format, row.unit, lang, inYuan(row));
  const title = (row: Measure) =>
    [label(row.labels), unitBeside(row.format, row.unit, lang, inYuan(row))].filter(Boolean).join(' ');
  const bounds = (row: Measure) =>
    row.low === null
      ? '—'
      : t('effect.to', { low: boundText(row.low, shape(row)), high: boundText(row.high, shape(row)) });
  const groups = { treated: t('effect.treated'), control: t('effect.controlShort') };
  const people = (row: Measure, group: 'treated' | 'control') => (
    <PeopleNumber
      uid={uid}
      title={`${title(row)} ${groups[group]}`}
      filter={behind(row, group)}
      testId={`people-${row.key}-${group}`}
    >
      <span className={group === 'control' ? 'ink-2' : undefined} title={`n = ${decimal(row[`n_${group}`], 0)}`}>
        {row.counted ? countsText(row[`some_${group}`], row[`n_${group}`]) : valueText(row[group], shape(row))}
      </span>
    </PeopleNumber>
  );
  const columns: Column<Measure>[] = [
    {
      key: 'name',
      title: t('effect.measure'),
      render: (row) => (
        <>
          {title(row)} {row.primary && <Tag tone="blue">{t('effect.primary')}</Tag>}
          {row.note && (
            <div className="small ink-3 measure-note" data-testid={`note-${row.key}`}>
              {row.note}
            </div>
          )}
        </>
      ),
    },
    { key: 'treated', title: t('effect.treated'), align: 'right', render: (row) => people(row, 'treated') },
    { key: 'control', title: t('effect.controlShort'), align: 'right', render: (row) => people(row, 'control') },
    {
      key: 'difference',
      title: t('effect.difference'),
      align: 'right',
      render: (row) => (
        <span
          className={row.significant ? 'strong' : 'ink-2'}
          title={row.p === null ? undefined : `p = ${row.p}`}
          data-testid={`measure-${row.key}`}
        >
          {differenceText(row.difference, shape(row))}
        </span>
      ),
    },
    {
      key: 'drawn',
      align: 'center',
      title: (
        <span className="zero-head">
          <span>{t('effect.lower')}</span>
          <b>0</b>
          <span>{t('effect.higher')}</span>
        </span>
      ),
      render: (row) => {
        const interval = intervalOf(row);
        return interval ? <Interval interval={interval} scale={ownScale(interval)} width={150} /> : <Nothing />;
      },
    },
    {
      key: 'interval',
      title: t('effect.interval'),
      align: 'right',
      render: (row) => <span className="ink-2">{bounds(row)}</span>,
    },
  ];
  return (
    <DataTable
      columns={columns}
      rows={measures}
      rowKey={(row) => row.key}
      testId="measure-row"
      roomy
      twoLine={(row) => ({
        title: title(row),
        sub: (
          <span className="row wrap">
            {(['treated', 'control'] as const).map((group) => (
              <span key={group} className="nowrap">
                {groups[group]} {people(row, group)}
              </span>
            ))}
            {row.note && <span>{row.note}</span>}
          </span>
        ),
        end: <b>{differenceText(row.difference, shape(row))}</b>,
        endSub: bounds(row),
      })}
    />
  );
}

const RATE = shapeOf('percent', '', 'zh');

export function BranchTable({ uid, branches }: { uid: string; branches: Branch[] }) {
  const { t } = useText();
  const hollow = (row: Branch) => intervalOf({ ...row, significant: false });
  const drawn = branches.flatMap((row) => hollow(row) ?? []);
  const scale = intervalScale(drawn);
  const rate = (row: Branch, group: 'treated' | 'control') =>
    row.small ? countsText(row[`${group}_met`], row[`${group}_n`]) : percent(row[`${group}_rate`], 2);
  const small = (row: Branch) =>
    row.small ? (
      <span className="tone-attention">{t('effect.small')}</span>
    ) : (
      <span className="ink-3">{t('effect.enough')}</span>
    );
  const people = (row: Branch, title: string, count: number, state?: string) => (
    <PeopleNumber
      uid={uid}
      title={`${row.name} ${title}`}
      filter={{ state, unit: row.uid }}
      testId={`branch-${state ?? 'chosen'}`}
    >
      {decimal(count, 0)}
    </PeopleNumber>
  );
  const columns: Column<Branch>[] = [
    { key: 'name', title: t('effect.branch'), tight: true, render: (row) => row.name },
    {
      key: 'chosen',
      title: t('campaign.chosen'),
      align: 'right',
      render: (row) => people(row, t('campaign.chosen'), row.chosen),
    },
    {
      key: 'control',
      title: t('campaign.controlGroup'),
      align: 'right',
      render: (row) => people(row, t('campaign.controlGroup'), row.control, 'control'),
    },
    {
      key: 'refused',
      title: t('effect.refused'),
      align: 'right',
      render: (row) => (
        <span className={row.refused > 0 ? 'tone-refused' : 'ink-3'}>
          {people(row, t('effect.refused'), row.refused, 'refused')}
        </span>
      ),
    },
    {
      key: 'rate',
      title: t('effect.refusalRate'),
      align: 'right',
      render: (row) => share(row.refused, row.chosen - row.control, 1),
    },
    {
      key: 'sent',
      title: t('effect.sent'),
      align: 'right',
      render: (row) => people(row, t('effect.sent'), row.sent, 'sent'),
    },
    { key: 'treated', title: t('effect.treatedRate'), align: 'right', render: (row) => rate(row, 'treated') },
    {
      key: 'controlRate',
      title: t('effect.controlRate'),
      align: 'right',
      render: (row) => <span className="ink-2">{rate(row, 'control')}</span>,
    },
    {
      key: 'difference',
      title: t('effect.differencePoints'),
      align: 'right',
      render: (row) => (
        <span className="ink-2">{differenceText(row.difference, { ...RATE, differenceSuffix: '' })}</span>
      ),
    },
    {
      key: 'interval',
      title: t('effect.interval'),
      align: 'center',
      render: (row) => {
        const interval = hollow(row);
        return interval ? <Interval interval={interval} scale={scale} width={150} /> : <Nothing />;
      },
    },
    { key: 'small', title: t('effect.sample'), align: 'right', render: small },
  ];
  return (
    <DataTable
      columns={columns}
      rows={branches}
      rowKey={(row) => row.name}
      testId="branch-row"
      twoLine={(row) => ({
        title: row.name,
        sub: (
          <>
            {t('effect.sent')} {decimal(row.sent, 0)} / {decimal(row.chosen, 0)} {small(row)}
          </>
        ),
        end: differenceText(row.difference, RATE),
        endSub: `${rate(row, 'treated')} · ${rate(row, 'control')}`,
      })}
    />
  );
}
