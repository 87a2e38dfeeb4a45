/**
 * A fresh placement, longest processing time first: the largest organization that is left to the server that has the least
 * (R. Graham, "Bounds on multiprocessing timing anomalies", 1969). About as even as can be, with no regard to who sat where.
 */
import { largest } from './balance.ts';
import { stateless } from './placer.ts';
import type { Contender, Placement } from './placer.ts';

export const greedy: Contender = {
  name: 'fresh greedy (largest first)',
  start: () => stateless(placeGreedily),
};

export function placeGreedily(living: readonly number[], connections: Float64Array): Placement {
  // A binary heap of places in `living`: the least load on top, of equal ones the first.
  const loads = new Float64Array(living.length);
  const heap = Int32Array.from(living, (_, i) => i);
  const isBefore = (a: number, b: number): boolean =>
    loads[a]! < loads[b]! || (loads[a] === loads[b] && a < b);
  const placement = new Int32Array(connections.length);
  for (const organization of largest(connections, connections.length)) {
    const top = heap[0]!;
    placement[organization] = living[top]!;
    loads[top]! += connections[organization]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, top)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = top;
  }
  return placement;
}
