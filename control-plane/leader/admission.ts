/**
 * Which servers an assignment may name: none that a connected proxy has not seen healthy, or the proxy would send the
 * devices of that server's slots to the ring's neighbour while others do not. Pure.
 */
import type { Fleet } from './fleet.ts';

/** A server that is not admitted yet. */
export interface Joining {
  readonly server: string;
  /** When the leader first saw it, in milliseconds of its clock. */
  readonly since: number;
}

export type Admission =
  | {
      readonly verdict: 'admitted';
      /** Proxies that were not waited for any longer. */ readonly late: readonly string[];
    }
  | {
      readonly verdict: 'waits';
      /** Proxies that have not seen it healthy. */
      readonly blind: readonly string[];
      /** When time changes the answer; undefined: only the proxies do. */
      readonly until: number | undefined;
    };

export interface AdmissionInput {
  readonly joining: Joining;
  readonly fleet: Fleet;
  /** Every replica that runs has told of its proxies. */
  readonly isComplete: boolean;
  readonly now: number;
  /** Milliseconds after which the late proxies are left behind. */
  readonly waitMs: number;
}

/**
 * When the time is up, those that do not see it healthy are left behind if they are fewer than those that do. Proxies
 * that say nothing about health have no vote.
 */
export function admit({ joining, fleet, isComplete, now, waitMs }: AdmissionInput): Admission {
  const { server, since } = joining;
  const blind = fleet.proxies.filter(({ healthy }) => healthy?.has(server) !== true);
  const names = blind.map(({ id }) => id);
  if (blind.length === 0 && isComplete) return { verdict: 'admitted', late: [] };
  if (now < since + waitMs) return { verdict: 'waits', blind: names, until: since + waitMs };
  const against = blind.filter(({ healthy }) => healthy !== undefined).length;
  const seeing = fleet.proxies.length - blind.length;
  if (against === 0 || seeing > against) return { verdict: 'admitted', late: names };
  return { verdict: 'waits', blind: names, until: undefined };
}
