import { lazy, Suspense, useState, type ReactNode } from 'react';
import { Link, NavLink, useNavigate } from 'react-router';
import type { Me, MenuItem } from '../../api';
import { useText } from '../i18n';
import { onServerClock, shanghai } from '../clock';
import { time } from '../format';
import { useIsPhone, useKeys, useNow } from '../hooks';
import { Icon } from '../Icon';
import { Tag } from '../marks';
import { useCrumbs } from '../Page';
import { Unreachable } from './Unreachable';
import { UserButton } from './UserButton';

// Loaded when first opened: the first page is drawn without them.
const SearchDialog = lazy(async () => ({ default: (await import('./SearchDialog')).SearchDialog }));
const UserMenu = lazy(async () => ({ default: (await import('./UserMenu')).UserMenu }));
const UserSheet = lazy(async () => ({ default: (await import('./UserMenu')).UserSheet }));

/** Rail and top bar on a desk, dark head and tab bar on a phone. */
export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  const phone = useIsPhone();
  const [searching, setSearching] = useState<boolean | null>(null);
  useKeys({ 'ctrl+k': () => setSearching(true) });
  const openSearch = () => setSearching(true);
  const { t } = useText();
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('shell.skip')}
      </a>
      {phone ? (
        <PhoneHead onSearch={openSearch} me={me} />
      ) : (
        <>
          <Rail menu={me.menu} />
          <TopBar me={me} onSearch={openSearch} />
        </>
      )}
      <Unreachable />
      {/* In one place either way: a page keeps what was typed into it when the screen is turned. */}
      {children}
      {phone && <TabBar me={me} />}
      <Suspense fallback={null}>
        {searching !== null && <SearchDialog open={searching} onClose={() => setSearching(false)} />}
      </Suspense>
    </div>
  );
}

function Rail({ menu }: { menu: MenuItem[] }) {
  const { t, label } = useText();
  return (
    <aside className="rail">
      <Link to="/" className="mark" aria-label={t('shell.home')}>
        知
      </Link>
      <nav aria-label={t('shell.menu')}>
        {menu.map((item) => (
          <NavLink key={item.key} to={item.path} end={item.path === '/'} data-testid={`menu-${item.key}`}>
            <Icon name={item.icon} size={20} />
            {label(item.labels)}
          </NavLink>
        ))}
      </nav>
    </aside>
  );
}

/** The server's time, moved on by the browser's own clock. */
function useServerNow(): number {
  return onServerClock(useNow(20));
}

/** What the trading calendar says of today; it may not know the year. */
const dayWord = (me: Me) =>
  me.clock.is_trading_day === null
    ? 'shell.unknownDay'
    : me.clock.is_trading_day
      ? 'shell.tradingDay'
      : 'shell.notTradingDay';

function TradingDay({ me }: { me: Me }) {
  const { t } = useText();
  const now = useServerNow();
  const at = shanghai(now);
  if (!at) return null;
  const weekday = t(`weekday.${at.weekday as 0 | 1 | 2 | 3 | 4 | 5 | 6}`);
  const day = `${String(at.month).padStart(2, '0')}-${String(at.day).padStart(2, '0')}`;
  return (
    <span className="day" data-testid="trading-day">
      <Tag tone={me.clock.is_trading_day ? 'done' : 'plain'}>{t(dayWord(me))}</Tag>
      {day} {weekday} {time(now)}
    </span>
  );
}

function Crumbs() {
  const crumbs = useCrumbs();
  return (
    <ol className="crumbs">
      {crumbs.map((crumb, index) => {
        const last = index === crumbs.length - 1;
        return (
          <li key={`${index}-${crumb.title}`}>
            {crumb.path && !last ? (
              <Link to={crumb.path} title={crumb.title}>
                {crumb.title}
              </Link>
            ) : (
              <span aria-current={last ? 'page' : undefined} title={crumb.title}>
                {crumb.title}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function TopBar({ me, onSearch }: { me: Me; onSearch: () => void }) {
  const { t } = useText();
  return (
    <header className="topbar">
      <Crumbs />
      <button type="button" className="plain search-box" onClick={onSearch} data-testid="global-search">
        <Icon name="search" size={14} />
        {t('shell.searchPlaceholder')}
        <kbd>Ctrl K</kbd>
      </button>
      <TradingDay me={me} />
      <Own me={me} />
    </header>
  );
}

/** Who is signed in, and behind it what one can do with one's own session. */
function Own({ me }: { me: Me }) {
  const [opened, setOpened] = useState(false);
  const button = <UserButton me={me} onClick={() => setOpened(true)} />;
  return opened ? (
    <Suspense fallback={button}>
      <UserMenu me={me} />
    </Suspense>
  ) : (
    button
  );
}

function PhoneHead({ me, onSearch }: { me: Me; onSearch: () => void }) {
  const { t } = useText();
  const crumbs = useCrumbs();
  const navigate = useNavigate();
  const title = crumbs[crumbs.length - 1]?.title;
  const parent = crumbs.length > 1 ? crumbs[crumbs.length - 2] : undefined;
  const at = shanghai(useServerNow());
  return (
    <header className="phone-head">
      {parent && (
        <button
          type="button"
          className="plain tap"
          aria-label={t('common.back')}
          onClick={() => void navigate(parent.path ?? '/')}
          style={{ marginLeft: -12 }}
        >
          <Icon name="back" size={20} />
        </button>
      )}
      <span className="title" title={title}>
        {title}
      </span>
      {!parent && at && (
        <span className="sub">
          {`${String(at.month).padStart(2, '0')}-${String(at.day).padStart(2, '0')}`}{' '}
          {t(`weekday.${at.weekday as 0 | 1 | 2 | 3 | 4 | 5 | 6}`)} {t(dayWord(me))}
        </span>
      )}
      <button
        type="button"
        className="plain tap right"
        aria-label={t('shell.search')}
        onClick={onSearch}
        data-testid="global-search"
      >
        <Icon name="search" size={20} />
      </button>
    </header>
  );
}

const TABS = 4;

function TabBar({ me }: { me: Me }) {
  const { t, label } = useText();
  const [open, setOpen] = useState<boolean | null>(null);
  const shown = me.menu.slice(0, TABS);
  return (
    <nav className="tabbar" aria-label={t('shell.menu')}>
      {shown.map((item) => (
        <NavLink key={item.key} to={item.path} end={item.path === '/'} data-testid={`menu-${item.key}`}>
          <Icon name={item.icon} size={20} />
          {label(item.labels)}
        </NavLink>
      ))}
      <button type="button" className="plain" onClick={() => setOpen(true)} data-testid="menu-mine">
        <Icon name="user" size={20} />
        {t('shell.mine')}
      </button>
      <Suspense fallback={null}>
        {open !== null && <UserSheet me={me} rest={me.menu.slice(TABS)} open={open} onClose={() => setOpen(false)} />}
      </Suspense>
    </nav>
  );
}
