/** What replicas tell the leader, besides the reports themselves. Times are ages: replicas' clocks differ. */
import type { Report } from '../../protocol-filters/wire/index.ts';
import type { TypeAcks } from '../xds/acks.ts';
import type { HealthStatus } from '../xds/health-view.ts';

/** The newest writes of which everything that proxies are sent has been made. */
export type Published = Readonly<Record<'servers' | 'settings', number>>;

/** A proxy that has an ADS stream to the replica. */
export interface ProxyFacts {
  readonly node: string;
  /** Worker threads; undefined where its bootstrap does not tell. */
  readonly workers: number | undefined;
  /** Envoy's version. */
  readonly version: string | undefined;
  readonly connectedForMs: number;
  /** Resources that it refused and that have not changed since. */
  readonly refused: readonly RefusedFact[];
  /** Resources whose acknowledgement is overdue. */
  readonly late: readonly { readonly typeUrl: string; readonly name: string }[];
  /** What it has acknowledged, by type; undefined: its replica does not tell. */
  readonly acks?: readonly TypeAcks[];
}

export interface RefusedFact {
  readonly typeUrl: string;
  readonly name: string;
  readonly version: string;
  /** The proxy's words. */
  readonly message: string;
  readonly agoMs: number;
  /** How often in a row. */
  readonly count: number;
}

/** What a proxy sees of the servers' health, all of it. */
export interface ViewFacts {
  readonly node: string;
  readonly sightings: readonly {
    readonly cluster: string;
    readonly server: string;
    readonly health: HealthStatus;
    readonly sinceAgoMs: number;
  }[];
}

/** One message of a replica to the leader. */
export interface Batch {
  /** The replica's id. */
  readonly replica: string;
  /** Another one each time the replica starts. */
  readonly run: string;
  /** The first of several that together are all it holds; what it said before is void. */
  readonly everything: boolean;
  /** What the replica has published to them; undefined: as before. */
  readonly published?: Published | undefined;
  /** All proxies with an ADS stream to it; undefined: as before. */
  readonly proxies: readonly ProxyFacts[] | undefined;
  /** All proxies with an HDS stream to it; undefined: as before. */
  readonly viewers: readonly string[] | undefined;
  /** Views that have changed. */
  readonly views: readonly ViewFacts[];
  readonly reports: readonly { readonly report: Report; readonly agoMs: number }[];
}
