import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/client';
import type { RightsThing, UserRights } from '../../api';
import { useText } from '../../kit/i18n';
import { date } from '../../kit/format';
import { Mark, Stamp } from '../../kit/marks';
import { QueryState } from '../../kit/states';
import { heldOf, reasonsOf, saidActs, type Held } from './rights';

/** What somebody may do at this moment, each with its reason, and what not as far as it is known. */
export function Rights({ uid }: { uid: string }) {
  const { t } = useText();
  const rights = useQuery({
    queryKey: ['users', 'rights', uid],
    queryFn: ({ signal }) => api.get('/users/{uid}/rights', { path: { uid }, signal }),
  });
  return (
    <section className="stack gap-8" data-testid="user-rights">
      <div className="row wrap">
        <h3 className="section-title">{t('user.rights')}</h3>
        <span className="small ink-3">{t('user.rightsMeta')}</span>
        {rights.data && <Stamp asOf={{ kind: 'live', at: rights.data.at }} />}
      </div>
      <QueryState query={rights} rows={8}>
        {(data) => <Told rights={data} />}
      </QueryState>
    </section>
  );
}

function Told({ rights }: { rights: UserRights }) {
  const { t, label } = useText();
  if (rights.things.length === 0) return <p className="ink-3">{t('user.nothingAtAll')}</p>;
  const names = rights.nothing.map((one) => label(one));
  return (
    <ul className="rights">
      {heldOf(rights.things).map((held, index) => (
        <May key={index} held={held} />
      ))}
      {rights.things.map((thing) => (
        <MayNot key={thing.key} thing={thing} />
      ))}
      {names.length > 0 && (
        <Fact
          tone="refused"
          title={t('user.nothing', { names: names.join(t('common.and')) })}
          lines={[t('user.nothingWhy')]}
        />
      )}
    </ul>
  );
}

function May({ held }: { held: Held }) {
  const { t, label } = useText();
  const listed = (words: string[]) => words.join(t('common.and'));
  const lines = reasonsOf(held.reasons, label).map(({ role, unit, where, until }) => {
    const scopes = [
      ...(where ? [t('user.scopeWhere', { where })] : []),
      ...(held.follows ? [t('user.scopeFollows', { name: label(held.follows) })] : []),
    ];
    return t('user.because', {
      role,
      unit: listed(unit),
      scope: scopes.join(t('common.comma')) || t('user.scopeAll'),
      until: until ? t('user.untilBefore', { day: date(until) }) : t('user.noEnd'),
    });
  });
  if (held.shared > 0) lines.push(t('user.sharedToo', { n: held.shared }));
  return (
    <Fact
      tone="done"
      title={t('user.may', { acts: listed(saidActs(held.acts.map(label))), name: listed(held.names.map(label)) })}
      lines={lines}
    />
  );
}

const MOST_FIELDS = 6;

/** Masks, refused fields and walls: what is kept from somebody who reads the rest. */
function MayNot({ thing }: { thing: RightsThing }) {
  const { t, label } = useText();
  const name = label(thing.labels);
  const fields = (some: RightsThing['masked']) => {
    const shown = some.slice(0, MOST_FIELDS).map(label).join(t('common.and'));
    return some.length > MOST_FIELDS ? t('user.moreFields', { fields: shown, n: some.length }) : shown;
  };
  return (
    <>
      {thing.masked.length > 0 && (
        <Fact
          tone="attention"
          title={t(thing.masked.length === 1 ? 'user.maskedOne' : 'user.masked', {
            name,
            fields: fields(thing.masked),
          })}
          lines={[t(thing.unmask ? 'user.maskedAsk' : 'user.maskedNever')]}
        />
      )}
      {thing.refused.length > 0 && (
        <Fact
          tone="refused"
          title={t(thing.refused.length === 1 ? 'user.refusedOne' : 'user.refused', {
            name,
            fields: fields(thing.refused),
          })}
          lines={[t('user.refusedWhy')]}
        />
      )}
      {thing.walls.map((wall, index) => (
        <Fact
          key={index}
          tone="refused"
          title={t('user.walled', { name, where: label(wall.where) })}
          lines={[t('user.walledWhy', { role: label(wall.role) })]}
        />
      ))}
    </>
  );
}

function Fact({ tone, title, lines }: { tone: 'done' | 'attention' | 'refused'; title: ReactNode; lines: string[] }) {
  return (
    <li data-testid={`right-${tone}`}>
      <Mark tone={tone} />
      <div>
        <p>{title}</p>
        {lines.map((line) => (
          <p key={line} className="small ink-2">
            {line}
          </p>
        ))}
      </div>
    </li>
  );
}
