import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { Link } from 'react-router';
import { api } from '../../api/client';
import type { LoadDetail } from '../../api';
import { useChange } from '../../kit/change';
import { DataTable, type Column } from '../../kit/DataTable';
import { useReport, useSay } from '../../kit/feedback';
import { recordPath } from '../../kit/fields/values';
import { date, decimal, percent, share } from '../../kit/format';
import { useText } from '../../kit/i18n';
import { Icon } from '../../kit/Icon';
import { Panel } from '../../kit/Panel';

type Effect = LoadDetail['effects'][number];
type Example = Effect['examples'][number];

/** What an effect is called: of rows that are new, some may join records that are there. */
const kindOf = (effect: Effect) =>
  effect.at_most && effect.kind === 'create'
    ? ('load.effect.createAtMost' as const)
    : (`load.effect.${effect.kind}` as const);

/** Units and examples that a row names; the rest is counted. */
const SHOWN = 4;

/** What a file does, or would do, to what is there: a file that does more than it may unasked waits for a person. */
export function EffectsPanel({ load }: { load: LoadDetail }) {
  const { t, label } = useText();
  if (load.effects.length === 0) return null;
  const waits = load.state === 'waiting';
  const allowed = (row: Effect) => percent(row.allowed * 100, 0);
  const columns: Column<Effect>[] = [
    { key: 'about', title: t('load.effect.about'), render: (row) => label(row.about) },
    {
      key: 'kind',
      title: t('load.effect.kind'),
      render: (row) => (
        <span className={row.waits ? 'tone-attention' : ''} title={row.at_most ? t('load.effect.atMost') : undefined}>
          {t(kindOf(row))}
        </span>
      ),
    },
    { key: 'count', title: t('load.effect.count'), align: 'right', render: (row) => decimal(row.count, 0) },
    { key: 'of', title: t('load.effect.of'), align: 'right', render: (row) => decimal(row.of, 0) },
    {
      key: 'share',
      title: t('load.effect.share'),
      align: 'right',
      render: (row) => <span className={row.waits ? 'tone-attention strong' : ''}>{share(row.count, row.of, 1)}</span>,
    },
    {
      key: 'allowed',
      title: t('load.effect.allowed'),
      align: 'right',
      render: allowed,
    },
    { key: 'units', title: t('load.effect.units'), render: (row) => <Units effect={row} /> },
    { key: 'examples', title: t('load.effect.examples'), render: (row) => <Examples effect={row} /> },
  ];
  return (
    <Panel title={t(waits ? 'load.effect.would' : 'load.effect.did')} meta={load.effects.length} flush>
      <DataTable
        columns={columns}
        rows={load.effects}
        rowKey={(row) => `${row.kind} ${row.about.en} ${row.count} ${row.of}`}
        testId="effect"
        twoLine={(row) => ({
          title: `${label(row.about)} ${t(kindOf(row))}`,
          sub: <Units effect={row} />,
          end: `${decimal(row.count, 0)} / ${decimal(row.of, 0)}`,
          endSub: t('load.effect.shareOf', { share: share(row.count, row.of, 1), allowed: allowed(row) }),
        })}
      />
    </Panel>
  );
}

function Units({ effect }: { effect: Effect }) {
  const { t } = useText();
  const rest = effect.units.slice(SHOWN).reduce((sum, unit) => sum + unit.count, 0);
  const named = effect.units
    .slice(0, SHOWN)
    .map((unit) => `${unit.name || t('load.effect.noUnit')} ${decimal(unit.count, 0)}`);
  if (rest > 0) named.push(t('load.effect.others', { n: decimal(rest, 0) }));
  return <>{named.join(t('common.and'))}</>;
}

function Examples({ effect }: { effect: Effect }) {
  const { t } = useText();
  return (
    <>
      {effect.examples.slice(0, SHOWN).map((one, index) => (
        <span key={`${one.display}${index}`}>
          {index > 0 && t('common.and')}
          <ExampleLink example={one} />
        </span>
      ))}
    </>
  );
}

function ExampleLink({ example }: { example: Example }) {
  if (!example.uid) return <>{example.display}</>;
  return (
    <Link to={recordPath({ uid: example.uid, object: example.object, display: example.display })}>
      {example.display || example.uid.slice(0, 8)}
    </Link>
  );
}

/** What a person says of a load: load it all the same, put it away, take it back. */
export function Answers({ load }: { load: LoadDetail }) {
  const { t } = useText();
  const { modal } = App.useApp();
  const answer = useAnswer(load.uid);
  const ask = (what: 'accept' | 'discard' | 'undo') =>
    void modal.confirm({
      title: t(`load.${what}Title`, { file: load.file }),
      content: (
        <>
          {what === 'accept' && <WaitingFor load={load} />}
          {what === 'undo' && <PutBack load={load} />}
          <p>{t(`load.${what}Text`)}</p>
        </>
      ),
      okText: t(`load.${what}`),
      okButtonProps: { danger: what !== 'discard' },
      onOk: () => answer.mutate(what),
    });
  if (load.undoable) {
    return (
      <Button onClick={() => ask('undo')} loading={answer.isPending} data-testid="load-undo">
        {t('load.undo')}
      </Button>
    );
  }
  if (!load.answerable) return null;
  return (
    <>
      <Button onClick={() => ask('discard')} loading={answer.isPending} data-testid="load-discard">
        {t('load.discard')}
      </Button>
      {!load.newer_file && (
        <Button type="primary" onClick={() => ask('accept')} loading={answer.isPending} data-testid="load-accept">
          {t('load.accept')}
        </Button>
      )}
    </>
  );
}

function useAnswer(uid: string) {
  const { t } = useText();
  const client = useQueryClient();
  const say = useSay();
  return useChange({
    mutationFn: (what: 'accept' | 'discard' | 'undo') => api.post(`/loads/{uid}/${what}`, { path: { uid } }),
    onSuccess: (_found, what) => say(t(`load.${what}Done`)),
    onError: useReport(),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['load', uid] });
      void client.invalidateQueries({ queryKey: ['loads'] });
      void client.invalidateQueries({ queryKey: ['night'] });
      void client.invalidateQueries({ queryKey: ['runs'] });
    },
  });
}

/** The files whose rows are there again once a load is taken back. */
function PutBack({ load }: { load: LoadDetail }) {
  const { t } = useText();
  const has = decimal(load.rows_loaded, 0);
  if (load.puts_back.length === 0) return <p>{t('load.undoEmpty', { now: has })}</p>;
  return (
    <>
      {load.puts_back.map((one, index) => (
        <p key={index}>
          {t('load.undoBack', {
            file: one.file,
            date: date(one.business_date),
            rows: decimal(one.rows_loaded, 0),
            now: has,
          })}
        </p>
      ))}
      <p>{t('load.undoWaits')}</p>
    </>
  );
}

/** What a file would do beyond what it may unasked, effect by effect. */
function WaitingFor({ load }: { load: LoadDetail }) {
  const { t, label } = useText();
  const worst = load.effects
    .filter((effect) => effect.waits)
    .map((effect) =>
      t('load.effect.sentence', {
        about: label(effect.about),
        kind: t(kindOf(effect)),
        n: decimal(effect.count, 0),
        of: decimal(effect.of, 0),
      }),
    );
  return (
    <>
      {worst.slice(0, SHOWN).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {worst.length > SHOWN && <p>{t('load.effect.more', { n: worst.length - SHOWN })}</p>}
    </>
  );
}

/** A later file that was to take the place of this one, and failed. */
export function FailedSince({ load }: { load: LoadDetail }) {
  const { t } = useText();
  if (!load.failed_since) return null;
  return (
    <div className="alert attention" role="alert" data-testid="load-failed-since" style={{ margin: 0 }}>
      <Icon name="alert" />
      <div>
        <p className="strong">{t('load.failedSince', { file: load.failed_since.file })}</p>
        <Link to={`/loads/${load.failed_since.uid}`}>{t('load.failedSinceLink')}</Link>
      </div>
    </div>
  );
}

/** Why a file waits, in one sentence. */
export function WaitingNotice({ load }: { load: LoadDetail }) {
  const { t } = useText();
  if (load.state !== 'waiting') return null;
  return (
    <div className="alert attention" role="alert" data-testid="load-waits" style={{ margin: 0 }}>
      <Icon name="alert" />
      <div>
        <p className="strong">{t(load.undoes ? 'load.waitsBack' : 'load.waits')}</p>
        {load.undoes && <Link to={`/loads/${load.undoes}`}>{t('load.waitsBackOf')}</Link>}
        <WaitingFor load={load} />
        {load.newer_file && <p>{t('load.superseded', { file: load.newer_file })}</p>}
        {!load.answerable && <p>{t('load.waitsForOther')}</p>}
      </div>
    </div>
  );
}
