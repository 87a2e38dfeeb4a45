import { comparePositions, type Position } from '../leader/fleet.ts';

/** What counts of a VM here. Times are milliseconds. */
export interface AppliedVm {
  readonly position: Position;
  /** When it was first known to have that. */
  readonly positionSince: number;
  readonly heardAt: number;
}

/**
 * The assignment that a whole proxy routes by: the lowest of its VMs', one for each worker and one for the main thread.
 * Undefined while fewer than that have reported.
 *
 * There may be more VMs: older code that still has connections, and VMs that have ended (after a trap, or with their last
 * connection) without a word. A living one reports a new assignment within a second or two. So one that is behind holds
 * the proxy back only until it has been silent for `laggardMs`, counted from when as many as there must be were further.
 */
export function appliedBy(
  vms: readonly AppliedVm[],
  workers: number,
  now: number,
  laggardMs: number,
): Position | undefined {
  const needed = workers + 1;
  if (vms.length < needed) return undefined;
  const byPosition = [...vms].sort((a, b) => comparePositions(b.position, a.position));
  const foremost = byPosition.slice(0, needed);
  const common = foremost.at(-1)!.position;
  const reachedAt = Math.max(...foremost.map(({ positionSince }) => positionSince));
  const laggards = byPosition
    .slice(needed)
    .filter(
      ({ position, heardAt }) =>
        comparePositions(position, common) < 0 && now - Math.max(heardAt, reachedAt) < laggardMs,
    );
  return laggards.at(-1)?.position ?? common;
}
