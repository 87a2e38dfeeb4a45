/** What the admin interface is made of: the parts of a replica that it shows and changes. */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { FleetView } from '../fleet-view/fleet-view.ts';
import type { LeaderRunner } from '../leader/runner.ts';
import type { Address } from '../model/index.ts';
import type { Scanner } from '../scan/index.ts';
import type { Unresolved } from '../state/addresses.ts';
import type { StateWatcher } from '../state/watcher.ts';
import type { Store } from '../store/store.ts';

export interface AdminContext {
  /** The replica's id. */
  readonly id: string;
  readonly store: Pick<Store, 'get' | 'transact' | 'health'>;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  readonly leader: Pick<LeaderRunner, 'isLeader' | 'waiting' | 'records'>;
  /** Of the leader; undefined before etcd has been read. */
  readonly scans: () => Pick<Scanner, 'records' | 'scanNow'> | undefined;
  /** What the proxies say; complete on the leader alone. */
  readonly fleetView: () => Pick<FleetView, 'listProxies' | 'proxy' | 'organization' | 'view' | 'slotCounts'>;
  /** The replica that leads, as far as this one knows. */
  readonly leaderReplica: () => { readonly id: string; readonly admin: Address | undefined } | undefined;
  /** Why this replica serves no proxies yet; undefined: it does. */
  readonly notReady: () => string | undefined;
  /** Server ports whose host names do not resolve. */
  readonly unresolved: () => readonly Unresolved[];
  readonly metrics: Registry;
  /** Told how long each request took. */
  readonly observeRequest: (method: string, route: string, status: number, seconds: number) => void;
  /** Milliseconds of the replica's clock: that of `fleetView`. */
  readonly now: () => number;
  /** The bearer token that requests must show; undefined: none, on loopback alone. */
  readonly token: string | undefined;
  readonly log: Pick<Logger, 'error' | 'warn' | 'info'>;
}
