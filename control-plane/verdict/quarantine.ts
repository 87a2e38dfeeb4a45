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
  /** How long arrivals are kept. Default 5 minutes. */
  readonly keptMs?: number;
  /** How many are kept; the oldest go first. Default 100,000. */
  readonly most?: number;
}

/** The arrivals of the last minutes, bounded in time and number. */
export class ArrivalHistory implements Iterable<Arrival> {
  /** By organization and server; in the order of their times. */
  private readonly arrivals = new Map<string, Arrival>();
  private readonly keptMs: number;
  private readonly most: number;

  constructor({ keptMs = 5 * 60_000, most = 100_000 }: ArrivalHistoryOptions = {}) {
    this.keptMs = keptMs;
    this.most = most;
  }

  get size(): number {
    return this.arrivals.size;
  }

  /** To be called in the order of the times. An organization that comes to the same server again has arrived anew. */
  note(arrival: Arrival): void {
    const key = `${arrival.server}\n${arrival.organization}`;
    // Deleted first, so that it goes to the end.
    this.arrivals.delete(key);
    this.arrivals.set(key, arrival);
    for (const [oldest, { atMs }] of this.arrivals) {
      if (this.arrivals.size <= this.most && arrival.atMs - atMs < this.keptMs) break;
      this.arrivals.delete(oldest);
    }
  }

  [Symbol.iterator](): IterableIterator<Arrival> {
    return this.arrivals.values();
  }
}
