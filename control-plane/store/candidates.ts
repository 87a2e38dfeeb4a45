/** Who leads among candidates. Pure. */
import type { Entry, Leader } from './store.ts';

export function electionPrefix(name: string): string {
  return `elections/${name}/`;
}

/** Each candidacy has a key of its own, named after its lease, so that no two can write the same one. */
export function candidateKey(name: string, lease: string): string {
  return electionPrefix(name) + BigInt(lease).toString(16);
}

/** The candidate whose key was created first leads. */
export function leaderOf(candidates: readonly Entry[]): Leader | undefined {
  const first = before(candidates, Infinity, (a, b) => a.createRevision - b.createRevision);
  return first && { value: first.value.toString('utf8'), createRevision: first.createRevision };
}

/** The last one that came before `createRevision`: whom a candidate waits for. Undefined: it is the first. */
export function predecessorOf(candidates: readonly Entry[], createRevision: number): Entry | undefined {
  return before(candidates, createRevision, (a, b) => b.createRevision - a.createRevision);
}

function before(
  candidates: readonly Entry[],
  createRevision: number,
  order: (a: Entry, b: Entry) => number,
): Entry | undefined {
  return candidates.filter((candidate) => candidate.createRevision < createRevision).sort(order)[0];
}
