/**
 * Compares ways to spread the slots over servers of equal weight: how even, and what a join and a leave move. Prints the
 * table of `docs/decisions/0007-placement.md`; deterministic.
 *
 *     node --import tsx test/bench/placement/spread.ts
 */
import { initialTable, nextTable, serverOfSlot } from '../../../control-plane/placement/table.ts';
import { SLOTS } from '../../../control-plane/placement/types.ts';
import type { SlotTable } from '../../../control-plane/placement/types.ts';
import { jumpHash, maglev, plainRendezvous, ringHash } from './rivals.ts';
import type { Spread } from './rivals.ts';

/** The server of each slot: before, after one joined, and after one of the first left. */
interface Outcome {
  before: (string | undefined)[];
  joined: (string | undefined)[];
  left: (string | undefined)[];
}

function stateless(spread: Spread): (ids: string[], newcomer: string, leaver: string) => Outcome {
  const named = (ids: string[]): string[] => spread(ids).map((server) => ids[server]!);
  return (ids, newcomer, leaver) => ({
    before: named(ids),
    joined: named([...ids, newcomer]),
    left: named(ids.filter((id) => id !== leaver)),
  });
}

function ours(ids: string[], newcomer: string, leaver: string): Outcome {
  const servers = ids.map((id) => ({ id, weight: 1 }));
  const named = (table: SlotTable): (string | undefined)[] =>
    Array.from({ length: SLOTS }, (_, slot) => serverOfSlot(table, slot));
  const before = initialTable(servers);
  return {
    before: named(before),
    joined: named(nextTable(before, [...servers, { id: newcomer, weight: 1 }]).table),
    left: named(
      nextTable(
        before,
        servers.filter(({ id }) => id !== leaver),
      ).table,
    ),
  };
}

function worstOverMean(table: (string | undefined)[], servers: number): number {
  const counts = new Map<string | undefined, number>();
  for (const id of table) counts.set(id, (counts.get(id) ?? 0) + 1);
  return (Math.max(...counts.values()) * servers) / SLOTS;
}

function movedPercent(before: (string | undefined)[], after: (string | undefined)[]): number {
  return (after.filter((id, slot) => id !== before[slot]).length / SLOTS) * 100;
}

const ways = {
  'ring hash, 160 points each': stateless(ringHash(160)),
  'Maglev, 65537 places': stateless(maglev(65537)),
  'jump hash': stateless(jumpHash),
  'rendezvous without quotas': stateless(plainRendezvous),
  'rendezvous with quotas (Cohort)': ours,
};

console.log('| way | servers | max / mean | a join moves (least) | a leave moves (least) |');
console.log('| --- | --- | --- | --- | --- |');
for (const [way, outcomeOf] of Object.entries(ways)) {
  for (const n of [10, 100, 1000]) {
    const ids = Array.from({ length: n }, (_, i) => `server-${i}`);
    const { before, joined, left } = outcomeOf(ids, `server-${n}`, `server-${n / 2}`);
    const cells = [
      way,
      n,
      worstOverMean(before, n).toFixed(3),
      `${movedPercent(before, joined).toFixed(2)} % (${(100 / (n + 1)).toFixed(2)} %)`,
      `${movedPercent(before, left).toFixed(2)} % (${(100 / n).toFixed(2)} %)`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
