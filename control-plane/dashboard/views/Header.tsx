import type { JSX } from 'preact';
import { useApp } from '../app-context.ts';
import { ago, count } from '../model/format.ts';
import { TABS, type Tab } from '../model/route.ts';
import { useNow } from '../parts/hooks.ts';

const TITLES: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  organizations: 'Organizations',
  splits: 'Splits',
  proxies: 'Proxies',
  rebalancing: 'Rebalancing',
};

const PILL = {
  connecting: ['calm', 'Connecting'],
  live: ['good', 'Live'],
  polling: ['warn', 'Not live'],
  stale: ['warn', 'Stale'],
  lost: ['bad', 'No connection'],
} as const;

export function Header({ onTheme }: { onTheme: () => void }): JSX.Element {
  const { known, freshness, route, go, dashboard, theme } = useApp();
  const now = useNow(1_000);
  const [tone, words] = PILL[freshness.kind];
  const { lastAt } = known.reads;
  const splits = known.overview === undefined ? 0 : known.overview.counts.splitOrganizations;
  const refused = known.overview?.proxies.filter((proxy) => proxy.refused > 0).length ?? 0;
  const marks: Partial<Record<Tab, number>> = { splits, proxies: refused };
  return (
    <header class="top">
      <a class="brand" href="#/overview" aria-label="Cohort, overview">
        <img src="dashboard.svg" alt="" width="22" height="22" />
        <span>Cohort</span>
      </a>
      <nav aria-label="Views">
        {TABS.map((tab, i) => (
          <a
            key={tab}
            href={`#/${tab}`}
            aria-keyshortcuts={String(i + 1)}
            {...(route.tab === tab ? { 'aria-current': 'page' as const } : {})}
            onClick={(event) => {
              event.preventDefault();
              go({ tab });
            }}
          >
            {TITLES[tab]}
            {(marks[tab] ?? 0) > 0 && (
              <span class={`mark ${tab === 'proxies' ? 'bad' : 'warn'}`}>{count(marks[tab]!)}</span>
            )}
          </a>
        ))}
      </nav>
      <div class="aside">
        <span class={`pill ${tone}`} role="status" data-freshness={freshness.kind}>
          <i aria-hidden="true" />
          {words}
        </span>
        {lastAt !== undefined && <span class="dim as-of num">as of {ago(now - lastAt)}</span>}
        <button type="button" class="icon" onClick={onTheme} aria-label={`Theme: ${theme}. Switch`}>
          {theme === 'dark' ? '☾' : '☀'}
        </button>
        {dashboard.client.token !== undefined && (
          <button type="button" class="plain small" onClick={() => dashboard.signOut()}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}
