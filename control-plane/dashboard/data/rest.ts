/** What REST answers, by its own types. */
import type { ListedOrganization, OneOrganization } from '../../admin/organizations.ts';
import type { Overview } from '../../admin/overview.ts';
import type { Problem } from '../../admin/problem.ts';
import type { Proxy as ProxyView } from '../../admin/proxy-view.ts';
import type { LoadView, PlanView, RoundView } from '../../admin/rebalance-view.ts';
import type { ServerView } from '../../admin/server-view.ts';
import type { Split } from '../../admin/splits.ts';
import type { Stale } from '../../admin/stale.ts';
import type { Settings } from '../../model/settings.ts';

export type {
  ListedOrganization,
  LoadView,
  OneOrganization,
  Overview,
  PlanView,
  Problem,
  ProxyView,
  RoundView,
  ServerView,
  Settings,
  Split,
  Stale,
};

export type OverviewServer = Overview['servers'][number];
export type OverviewProxy = Overview['proxies'][number];
export type Why = NonNullable<Split['why']>;
export type Move = RoundView['moves'][number];

export interface Page {
  readonly total: number;
  readonly next: string | null;
  readonly stale?: Stale;
}
export interface Organizations extends Page {
  readonly organizations: readonly ListedOrganization[];
}
export interface Splits extends Page {
  readonly splits: readonly Split[];
  readonly scannedAt: string | null;
}
export interface Proxies extends Page {
  readonly proxies: readonly ProxyView[];
}
export interface Rebalances {
  readonly paused: boolean;
  readonly since: string | null;
  readonly load: LoadView | null;
  readonly rounds: readonly RoundView[];
  readonly next: string | null;
}
