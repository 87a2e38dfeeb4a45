/** What holds after every fault once the system has come to rest, by what the servers themselves say. */
import { expect } from 'vitest';
import type { Part, Topology } from '../../local/topology.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { waitFor } from '../harness/wait.ts';
import { assignment, seats, slotTable } from '../integration/system.ts';
import type { Fleet } from './fleet.ts';

/** Organization → server. */
export type Homes = ReadonlyMap<string, string>;

export interface SettledOptions {
  /** Servers that cannot be asked now: they have nobody. */
  readonly away?: readonly Part[];
  /** Milliseconds; default a minute. */
  readonly timeout?: number;
}

const STANDARD_MS = 60_000;
/** Of what is wrong, so much is told. */
const MOST_TOLD = 5;

/**
 * Resolves when every device is connected, the servers have exactly these devices, and no organization is on two of them.
 * @returns the one server of each organization
 */
export async function settled(
  system: Pick<Topology, 'servers'>,
  fleet: Fleet,
  { away = [], timeout = STANDARD_MS }: SettledOptions = {},
): Promise<Homes> {
  let seen: object = {};
  return waitFor(
    async () => {
      const { homes, ...rest } = await look(system, fleet, away);
      seen = rest;
      return homes;
    },
    { what: 'everybody to sit with its organization', timeout, interval: 50, describe: () => seen },
  );
}

/** Resolves when it is settled, connections may follow the table in force, and everybody sits where it says. */
export async function atHome(
  system: Topology,
  fleet: Fleet,
  { away = [], timeout = STANDARD_MS }: SettledOptions = {},
): Promise<Homes> {
  let seen: object = {};
  return waitFor(
    async () => {
      const [{ homes, ...rest }, current] = [await look(system, fleet, away), await assignment(system)];
      const { pins = {}, drainUpTo, tableVersion } = current;
      const table = slotTable(current);
      const astray = [...(homes ?? [])].filter(([one, on]) => (pins[one] ?? table[slotOf(one)]) !== on);
      seen = { ...rest, astray: astray.slice(0, MOST_TOLD), drainUpTo, tableVersion };
      return drainUpTo === tableVersion && astray.length === 0 ? homes : undefined;
    },
    { what: 'everybody to sit where the assignment says', timeout, interval: 100, describe: () => seen },
  );
}

/** Fails unless every organization is where it was, but those that were on one of these servers. */
export function expectStayed(before: Homes, after: Homes, mayHaveLost: readonly Part[]): void {
  const lost = new Set(mayHaveLost.map(({ id }) => id));
  const stayed = [...before].filter(([, server]) => !lost.has(server));
  expect(stayed.map(([organization]) => [organization, after.get(organization)])).toEqual(stayed);
}

/** Organizations that sit on this server. */
export function organizationsOn(homes: Homes, { id }: Part): string[] {
  return [...homes].filter(([, server]) => server === id).map(([organization]) => organization);
}

interface Look {
  /** Undefined: it is not settled. */
  readonly homes: Homes | undefined;
  readonly devices: number;
  readonly connected: number;
  readonly seated: number;
  readonly split: readonly object[];
}

async function look(
  { servers }: Pick<Topology, 'servers'>,
  fleet: Fleet,
  away: readonly Part[],
): Promise<Look> {
  const found = await seats({ servers: servers.filter((server) => !away.includes(server)) });
  const counts = [...found.values()].flatMap((on) => [...on.values()]);
  const seated = counts.reduce((sum, count) => sum + count, 0);
  const split = [...found].filter(([, on]) => on.size > 1);
  const { connected, organizations } = fleet;
  const devices = fleet.all.length;
  const isWhole = split.length === 0 && found.size === organizations.length;
  const homes =
    isWhole && connected === devices && seated === devices
      ? new Map([...found].map(([organization, on]) => [organization, [...on.keys()][0] ?? '']))
      : undefined;
  const told = split.slice(0, MOST_TOLD).map(([one, on]) => ({ [one]: Object.fromEntries(on) }));
  return { homes, devices, connected, seated, split: told };
}
