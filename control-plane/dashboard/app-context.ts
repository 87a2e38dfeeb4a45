/** What every part of the page may use. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Ask } from './data/actions.ts';
import type { Dashboard, Known } from './data/dashboard.ts';
import type { Freshness } from './model/freshness.ts';
import type { Route } from './model/route.ts';

export interface App {
  readonly dashboard: Dashboard;
  readonly known: Known;
  readonly freshness: Freshness;
  readonly route: Route;
  readonly go: (route: Route) => void;
  /** Opens the dialog that asks before something is done. */
  readonly ask: (ask: Ask) => void;
  /** Colours by server's id. */
  readonly colours: ReadonlyMap<string, string>;
  /** Changes when the theme does: what is drawn on a canvas is drawn anew. */
  readonly theme: 'light' | 'dark';
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('a part of the page is drawn outside of it');
  return app;
}
