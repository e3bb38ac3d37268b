import { Button } from 'antd';
import { useState } from 'react';
import type { Post, UserDetail } from '../../api';
import { useText } from '../../kit/i18n';
import { today } from '../../kit/clock';
import { date } from '../../kit/format';
import { Icon } from '../../kit/Icon';
import { Tag } from '../../kit/marks';
import { EndPostDialog, PostDialog } from './PostDialogs';
import { axisOf, type Axis, type Term } from './postAxis';

const percent = (part: number) => `${(part * 100).toFixed(2)}%`;

/** Every post as words, with its term as a bar over years: what was, what holds, what comes. */
export function Posts({ user }: { user: UserDetail }) {
  const { t } = useText();
  const [adding, setAdding] = useState(false);
  const axis = axisOf(user.posts, today());
  return (
    <section className="stack gap-8">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <h3 className="section-title">{t('user.posts')}</h3>
        {user.permitted.includes('post') && (
          <Button
            size="small"
            className="reach"
            icon={<Icon name="plus" size={13} />}
            onClick={() => setAdding(true)}
            data-testid="user-add-post"
          >
            {t('user.addPost')}
          </Button>
        )}
      </div>
      {user.posts.length === 0 && <p className="ink-3">{t('user.noPosts')}</p>}
      {user.posts.length > 0 && (
        <div className="terms">
          <Years axis={axis} />
          <ul>
            {user.posts.map((post, index) => (
              <PostLine
                key={`${post.role} ${post.unit} ${post.valid_from}`}
                user={user}
                post={post}
                term={axis.terms[index]}
              />
            ))}
          </ul>
        </div>
      )}
      {adding && <PostDialog user={user} onClose={() => setAdding(false)} />}
    </section>
  );
}

/** The years below the bars, a thin line for each, and today. */
function Years({ axis }: { axis: Axis }) {
  const { t } = useText();
  return (
    <div className="term-years" aria-hidden>
      {axis.years.map(({ year, at }) => (
        <span
          key={year}
          className={Math.abs(at - axis.today) < 0.09 ? 'year near' : 'year'}
          style={{ left: percent(at) }}
        >
          {year}
        </span>
      ))}
      <span className={axis.today > 0.9 ? 'now last' : 'now'} style={{ left: percent(axis.today) }}>
        <b>{t('user.today')}</b>
      </span>
    </div>
  );
}

function PostLine({ user, post, term }: { user: UserDetail; post: Post; term?: Term }) {
  const { t, label } = useText();
  const [ending, setEnding] = useState(false);
  const gone = post.state === 'over' || post.state === 'cancelled';
  const canEnd = user.permitted.includes('post') && !gone;
  return (
    <li className="term" data-testid="user-post">
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <span className={gone ? 'ink-3' : ''}>
          <b>{label(post.labels)}</b> {post.unit_name}{' '}
          <span className="small ink-2 nowrap">
            {t(post.valid_to ? 'user.fromTo' : 'user.from', { from: date(post.valid_from), to: date(post.valid_to) })}
          </span>
        </span>
        <span className="row gap-8">
          {post.state !== 'holds' && <Tag>{t(`user.post.${post.state}`)}</Tag>}
          {canEnd && (
            <Button size="small" className="reach" onClick={() => setEnding(true)} data-testid="user-end-post">
              {t('user.endPost')}
            </Button>
          )}
        </span>
      </div>
      {term && (
        <span className="term-track" aria-hidden>
          <i
            className={`${post.state} ${term.open ? 'open' : ''}`}
            style={{ left: percent(term.from), width: percent(Math.max(term.to - term.from, 0)) }}
          />
        </span>
      )}
      {ending && <EndPostDialog user={user} post={post} onClose={() => setEnding(false)} />}
    </li>
  );
}
