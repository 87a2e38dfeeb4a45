/** What the admin interface is made of: the parts of a replica that it shows and changes. */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { FleetView } from '../fleet-view/fleet-view.ts';
import type { LeaderRunner } from '../leader/runner.ts';
import type { Address } from '../model/index.ts';
import type { MoveHistory, Rebalancer } from '../rebalance/index.ts';
import type { Scanner } from '../scan/index.ts';
import type { Unresolved } from '../state/addresses.ts';
import type { StateWatcher } from '../state/watcher.ts';
import type { Store } from '../store/store.ts';
import type { AssignmentHistory } from './assignment-history.ts';
import type { EventLog } from './event-log.ts';

/** The part of the fleet's picture that REST shows. */
export type ShownFleet = Pick<
  FleetView,
  | 'listProxies'
  | 'proxy'
  | 'organization'
  | 'view'
  | 'slotCounts'
  | 'servers'
  | 'sizes'
  | 'seatsOf'
  | 'splits'
  | 'splitSlots'
  | 'counts'
  | 'published'
>;

export interface AdminContext {
  /** The replica's id. */
  readonly id: string;
  readonly store: Pick<Store, 'get' | 'transact' | 'health'>;
  readonly states: Pick<StateWatcher, 'state' | 'onChange'>;
  readonly leader: Pick<LeaderRunner, 'isLeader' | 'waiting' | 'records' | 'settledState'>;
  /** Of the leader; undefined before etcd has been read. */
  readonly scans: () => Pick<Scanner, 'records' | 'scanNow'> | undefined;
  /** Of the leader; undefined before etcd has been read. */
  readonly rebalances: () =>
    | {
        readonly rebalancer: Pick<Rebalancer, 'last' | 'preview' | 'apply' | 'undo'>;
        readonly history: Pick<MoveHistory, 'rounds'>;
      }
    | undefined;
  /** What the proxies say; complete on the leader alone. */
  readonly fleetView: () => ShownFleet;
  /** Etcd is away and nobody leads: `fleetView` is what this replica is told, or hears itself. */
  readonly hearsItself: () => boolean;
  /** Replicas that have not told this one of their proxies, where they should: it leads, or led last. */
  readonly missingReplicas: () => readonly string[];
  /** The replica that leads, as far as this one knows. */
  readonly leaderReplica: () => { readonly id: string; readonly admin: Address | undefined } | undefined;
  /** The last assignments that this replica has seen. */
  readonly assignments: Pick<AssignmentHistory, 'versions' | 'between' | 'movesOf'>;
  /** What this replica has seen change. */
  readonly events: EventLog;
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
  /** Where the dashboard's files are. Default: where the bundling puts them. */
  readonly dashboard?: URL | undefined;
  readonly log: Pick<Logger, 'error' | 'warn' | 'info'>;
  /** Hold every answer to what the OpenAPI document says of it; for tests. */
  readonly checkAnswers?: boolean;
}
