import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { AppContext, type App as AppValue } from './app-context.ts';
import type { Ask } from './data/actions.ts';
import type { Dashboard } from './data/dashboard.ts';
import { coloursOf } from './model/colours.ts';
import { freshnessOf } from './model/freshness.ts';
import { hashOf, parseRoute, TABS, type Route } from './model/route.ts';
import { Confirm } from './parts/Confirm.tsx';
import { useNow } from './parts/hooks.ts';
import { useTheme } from './parts/theme.ts';
import { Banners } from './views/Banners.tsx';
import { Drawer } from './views/Drawer.tsx';
import { Header } from './views/Header.tsx';
import { OrganizationsView } from './views/Organizations.tsx';
import { Overview } from './views/Overview.tsx';
import { ProxiesView } from './views/Proxies.tsx';
import { RebalancingView } from './views/Rebalancing.tsx';
import { SignIn } from './views/SignIn.tsx';
import { SplitsView } from './views/Splits.tsx';

/** Milliseconds that it is said what was done. */
const SAID_MS = 6_000;

export function App({ dashboard }: { dashboard: Dashboard }): JSX.Element {
  const [known, setKnown] = useState(dashboard.known);
  useEffect(() => dashboard.onChange(() => setKnown(dashboard.known)), [dashboard]);
  if (known.access === 'needs token' || known.access === 'wrong token') {
    return <SignIn dashboard={dashboard} isWrong={known.access === 'wrong token'} />;
  }
  return <Page dashboard={dashboard} known={known} />;
}

function Page({ dashboard, known }: Pick<AppValue, 'dashboard' | 'known'>): JSX.Element {
  const now = useNow(1_000);
  const { theme, switchTheme } = useTheme();
  const [route, setRoute] = useState(parseRoute(location.hash));
  const [ask, setAsk] = useState<Ask>();
  const [said, setSaid] = useState<string>();
  const freshness = freshnessOf(known.stream, known.reads, now);
  const ids = known.overview?.servers.map(({ id }) => id).join('\n');
  const colours = useMemo(() => coloursOf(ids?.split('\n') ?? []), [ids]);
  const go = useCallback((next: Route) => {
    location.hash = hashOf(next);
  }, []);

  useEffect(() => {
    const onHash = (): void => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  // With what it draws, not after: who is quicker than a frame would press Escape for what was open before.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => onShortcut(event, route, go);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [route]);
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  const { overview } = known;
  const app: AppValue = {
    ...{ dashboard, known, freshness, route, go, colours, theme },
    ask: (next) => setAsk(() => next),
  };
  return (
    <AppContext.Provider value={app}>
      <a class="skip" href="#content" onClick={(event) => skip(event)}>
        To the content
      </a>
      <Header onTheme={switchTheme} />
      <Banners />
      <div class={`body${route.detail === undefined ? '' : ' with-drawer'}`}>
        <main
          id="content"
          tabIndex={-1}
          data-view={route.tab}
          class={freshness.kind === 'lost' || freshness.kind === 'stale' ? 'old' : ''}
        >
          {overview === undefined ? (
            <p class="empty first">Reading …</p>
          ) : (
            <View route={route} overview={overview} />
          )}
        </main>
        <Drawer />
      </div>
      {ask !== undefined && (
        <Confirm
          ask={ask}
          close={() => setAsk(undefined)}
          done={(words) => {
            setSaid(words);
            dashboard.refresh();
          }}
        />
      )}
      <div class="toast" role="status" aria-live="polite">
        {said !== undefined && <span>✓ {said}</span>}
      </div>
    </AppContext.Provider>
  );
}

function View({
  route,
  overview,
}: {
  route: Route;
  overview: NonNullable<AppValue['known']['overview']>;
}): JSX.Element {
  switch (route.tab) {
    case 'overview':
      return <Overview overview={overview} />;
    case 'organizations':
      return <OrganizationsView />;
    case 'splits':
      return <SplitsView />;
    case 'proxies':
      return <ProxiesView />;
    case 'rebalancing':
      return <RebalancingView />;
  }
}

/** 1 to 5: the views; `/`: search; Escape: closes what is open beside. */
function onShortcut(event: KeyboardEvent, route: Route, go: (route: Route) => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null)
    return;
  const target = event.target as HTMLElement;
  if (event.key === 'Escape' && route.detail !== undefined) {
    go({ tab: route.tab });
    return;
  }
  if (['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) return;
  const tab = TABS[Number(event.key) - 1];
  if (tab !== undefined) go({ tab });
  if (event.key === '/') {
    event.preventDefault();
    if (route.tab !== 'organizations') go({ tab: 'organizations' });
    requestAnimationFrame(() =>
      setTimeout(() => document.querySelector<HTMLElement>('[data-search]')?.focus()),
    );
  }
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
