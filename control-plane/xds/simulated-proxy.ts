/** A client of incremental xDS for property tests: it keeps to the protocol as Envoy does. */
import { ABSENT, type DeltaRequest } from './subscription.ts';
import { TYPE_URLS } from './resource-types.ts';

/** A response, as a proxy reads it. */
export interface SimulatedResponse {
  readonly typeUrl: string;
  readonly nonce: string;
  readonly resources: readonly { readonly name: string; readonly version: string }[];
  readonly removed: readonly string[];
}

export interface SimulatedRequest extends DeltaRequest {
  readonly typeUrl: string;
}

const { CDS, EDS, LDS, RDS, ECDS } = TYPE_URLS;

/** Clusters that a plugin's version names: `v3>x,y` names x and y. */
export const clustersOf = (version: string): string[] =>
  version.split('>')[1]?.split(',').filter(Boolean) ?? [];

/** A version that a proxy refuses. */
export const isBad = (version: string): boolean => version.startsWith('bad');

/**
 * Has all clusters and listeners by wildcard, the endpoints of its clusters, the routes and the plugins of its listeners.
 * Its state outlives its streams.
 */
export class SimulatedProxy {
  /** Type → name → version in force. */
  readonly has = new Map<string, Map<string, string>>(
    [CDS, EDS, LDS, RDS, ECDS].map((type) => [type, new Map()]),
  );
  /** Names asked for on the present stream, for the types without a wildcard. */
  private readonly wants = new Map<string, Set<string>>([EDS, RDS, ECDS].map((type) => [type, new Set()]));
  private readonly opened = new Set<string>();
  /** Plugins in force that name a cluster that is not there. */
  broken: string[] = [];

  /** A new stream: what it sends at once. */
  open(): SimulatedRequest[] {
    this.opened.clear();
    for (const wanted of this.wants.values()) wanted.clear();
    return [this.first(CDS, []), this.first(LDS, []), ...this.dependents()];
  }

  receive(response: SimulatedResponse): SimulatedRequest[] {
    const { typeUrl, nonce, resources, removed } = response;
    const had = this.has.get(typeUrl)!;
    const refused = resources.filter(({ version }) => isBad(version));
    const isWanted = (name: string): boolean => this.wants.get(typeUrl)?.has(name) ?? true;
    for (const { name, version } of resources) {
      // Of a response that it refuses it may still have applied the good ones; here it does not say so.
      if (refused.length > 0 || !isWanted(name)) continue;
      had.set(name, version);
    }
    if (refused.length === 0) for (const name of removed) had.delete(name);
    this.lookForBroken();
    const answer: SimulatedRequest =
      refused.length > 0
        ? {
            typeUrl,
            response_nonce: nonce,
            error_detail: { code: 13, message: refused.map(({ name }) => name).join() },
          }
        : { typeUrl, response_nonce: nonce };
    return [answer, ...this.dependents()];
  }

  /** Asks again for a name that it has asked for; undefined where there is none. */
  askAgain(typeUrl: string): SimulatedRequest | undefined {
    const name = [...(this.wants.get(typeUrl) ?? [])][0];
    return name === undefined ? undefined : { typeUrl, resource_names_subscribe: [name] };
  }

  private lookForBroken(): void {
    for (const [name, version] of this.has.get(ECDS)!) {
      for (const cluster of clustersOf(version)) {
        if (!this.has.get(CDS)!.has(cluster)) this.broken.push(`${name} ${version}`);
      }
    }
  }

  /** What it asks for, and no longer, since its clusters and listeners are what they are. */
  private dependents(): SimulatedRequest[] {
    const listeners = [...this.has.get(LDS)!.keys()];
    return [
      ...this.follow(EDS, [...this.has.get(CDS)!.keys()]),
      ...this.follow(RDS, listeners),
      ...this.follow(ECDS, listeners),
    ];
  }

  private follow(typeUrl: string, names: string[]): SimulatedRequest[] {
    const wanted = this.wants.get(typeUrl)!;
    const added = names.filter((name) => !wanted.has(name));
    const dropped = [...wanted].filter((name) => !names.includes(name));
    // Between streams, too, it may have lost interest.
    for (const name of [...this.has.get(typeUrl)!.keys()])
      if (!names.includes(name)) this.has.get(typeUrl)!.delete(name);
    for (const name of added) wanted.add(name);
    for (const name of dropped) wanted.delete(name);
    if (!this.opened.has(typeUrl)) return names.length > 0 ? [this.first(typeUrl, names)] : [];
    if (added.length === 0 && dropped.length === 0) return [];
    return [{ typeUrl, resource_names_subscribe: added, resource_names_unsubscribe: dropped }];
  }

  private first(typeUrl: string, names: string[]): SimulatedRequest {
    this.opened.add(typeUrl);
    const versions = [...this.has.get(typeUrl)!].filter(([, version]) => version !== ABSENT);
    return {
      typeUrl,
      resource_names_subscribe: names,
      initial_resource_versions: Object.fromEntries(versions),
    };
  }
}
