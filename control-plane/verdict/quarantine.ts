/**
 * Which organization kills the servers that it comes to? One that arrived at a server shortly before that died, fell to
 * another, and that one died as well. Pure but for the history; times in milliseconds of the caller's clock.
 */

/** An organization has its first device on a server. */
export interface Arrival {
  readonly organization: string;
  readonly server: string;
  readonly atMs: number;
}

export interface Death {
  readonly server: string;
  readonly atMs: number;
}

/** An organization to be quarantined, and the deaths that it preceded, the first one first. */
export interface Suspicion {
  readonly organization: string;
  readonly deaths: readonly (Death & { readonly arrivedMs: number })[];
}

export interface QuarantineOptions {
  /** How long before a death an arrival counts against the organization. Default 60 s. */
  readonly windowMs?: number;
  /** By how much a report may tell of an arrival after the verdict tells of the death. Default 5 s. */
  readonly lateMs?: number;
  /**
   * When more organizations than this are under the same suspicion, none is quarantined: after a cold start everybody is
   * new everywhere, and most of them are bystanders. Default 5.
   */
  readonly most?: number;
}

/**
 * Organizations that arrived newly at each of two or more servers that then died, one after the other; those that preceded
 * the most deaths first. Of many with equally many deaths none is named: the next death tells them apart.
 */
export function toQuarantine(
  arrivals: Iterable<Arrival>,
  deaths: readonly Death[],
  options: QuarantineOptions = {},
): Suspicion[] {
  const { windowMs = 60_000, lateMs = 5_000, most = 5 } = options;
  const byServer = new Map<string, Death[]>();
  for (const death of [...deaths].sort((a, b) => a.atMs - b.atMs)) {
    byServer.set(death.server, [...(byServer.get(death.server) ?? []), death]);
  }
  const suspected = new Map<string, Map<string, Suspicion['deaths'][number]>>();
  for (const { organization, server, atMs } of arrivals) {
    const death = byServer
      .get(server)
      ?.find(({ atMs: diedMs }) => atMs >= diedMs - windowMs && atMs <= diedMs + lateMs);
    if (death === undefined) continue;
    const of = suspected.get(organization) ?? new Map<string, Suspicion['deaths'][number]>();
    suspected.set(organization, of.set(server, { ...death, arrivedMs: atMs }));
  }
  const found = [...suspected]
    .map(([organization, of]) => ({ organization, deaths: [...of.values()].sort((a, b) => a.atMs - b.atMs) }))
    // Both at one moment: something else has killed them, the organization cannot have been on both in turn.
    .filter(({ deaths: of }) => new Set(of.map(({ atMs }) => atMs)).size > 1);
  const counts = [...new Set(found.map(({ deaths: of }) => of.length))].sort((a, b) => b - a);
  return counts.flatMap((count) => {
    const equal = found.filter(({ deaths: of }) => of.length === count);
    return equal.length > most ? [] : equal.sort((a, b) => (a.organization < b.organization ? -1 : 1));
  });
}

export interface ArrivalHistoryOptions {
  /** How long arrivals are kept at least. Default half an hour. */
  readonly keptMs?: number;
  /** How many organizations and servers are kept; the oldest go first, and half of them stay. Default 100,000. */
  readonly most?: number;
}

/** Of an organization on a server: it may come back to one that it has killed before the next death is looked at. */
const MOST_TIMES = 3;

/** The arrivals of the last time, bounded in time and number. */
export class ArrivalHistory implements Iterable<Arrival> {
  /** By organization and server. Two generations, since a map is slow where its oldest entries go one by one. */
  private young = new Map<string, Arrival[]>();
  private old = new Map<string, Arrival[]>();
  private youngSinceMs = -Infinity;
  private readonly keptMs: number;
  private readonly most: number;

  constructor({ keptMs = 30 * 60_000, most = 100_000 }: ArrivalHistoryOptions = {}) {
    this.keptMs = keptMs;
    this.most = most;
  }

  /** Organizations and servers. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  /** Roughly in the order of the times. An organization that comes to the same server again has arrived anew. */
  note(arrival: Arrival): void {
    if (this.young.size >= this.most / 2 || arrival.atMs - this.youngSinceMs >= this.keptMs) {
      this.old = this.young;
      this.young = new Map();
      this.youngSinceMs = arrival.atMs;
    }
    const key = `${arrival.server}\n${arrival.organization}`;
    const times = this.young.get(key) ?? this.old.get(key) ?? [];
    this.old.delete(key);
    this.young.set(key, [...times, arrival].slice(-MOST_TIMES));
  }

  *[Symbol.iterator](): IterableIterator<Arrival> {
    for (const times of this.old.values()) yield* times;
    for (const times of this.young.values()) yield* times;
  }
}
