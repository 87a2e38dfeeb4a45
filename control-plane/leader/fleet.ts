/** What the leader knows of the proxies, from whichever replica they hang on. */

/** Where an assignment stands in the order of all assignments. */
export interface Position {
  readonly epoch: bigint;
  readonly version: bigint;
}

/** A connected proxy. */
export interface FleetProxy {
  readonly id: string;
  /** The lowest position among its workers; undefined: one of them has none, or has not reported yet. */
  readonly applied: Position | undefined;
  /** The highest that any of its VMs has reported. */
  readonly highest: Position | undefined;
  /** Servers that it has seen healthy at every port; undefined: it has not said anything about servers' health. */
  readonly healthy: ReadonlySet<string> | undefined;
}

export interface Fleet {
  readonly proxies: readonly FleetProxy[];
  /** Ids of the replicas that tell this one about their proxies. */
  readonly heardReplicas: ReadonlySet<string>;
}

export const NO_FLEET: Fleet = { proxies: [], heardReplicas: new Set() };

/** Negative: `a` is before `b`. */
export function comparePositions(a: Position, b: Position): number {
  const difference = a.epoch === b.epoch ? a.version - b.version : a.epoch - b.epoch;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The highest position that any proxy has reported. */
export function highestOf(fleet: Fleet): Position | undefined {
  let highest: Position | undefined;
  for (const proxy of fleet.proxies) {
    if (proxy.highest && (!highest || comparePositions(proxy.highest, highest) > 0)) highest = proxy.highest;
  }
  return highest;
}

/** The highest version that any proxy has reported, in any epoch; 0: none. */
export function highestVersion(fleet: Fleet): bigint {
  return fleet.proxies.reduce((highest, proxy) => {
    const version = proxy.highest?.version ?? 0n;
    return version > highest ? version : highest;
  }, 0n);
}

/** Whether the proxy routes by the table and pins of this assignment. */
export function routesBy(
  proxy: FleetProxy,
  assignment: Position & { readonly tableVersion: bigint },
): boolean {
  const { applied } = proxy;
  return (
    applied !== undefined &&
    applied.version >= assignment.tableVersion &&
    comparePositions(applied, assignment) <= 0
  );
}

/** Replicas that run and have not told `self` about their proxies. */
export function unheardReplicas(
  self: string,
  { replicas }: { readonly replicas: ReadonlyMap<string, unknown> },
  { heardReplicas }: Pick<Fleet, 'heardReplicas'>,
): string[] {
  return [...replicas.keys()].filter((id) => id !== self && !heardReplicas.has(id));
}
