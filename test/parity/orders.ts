/** Assignments with orders that scripts send, the same for both worlds. */
import type { AssignmentMessage } from '../../protocol-filters/wire/index.ts';

/** The organization that orders of scripts are about. */
export const ORDERED_ORGANIZATION = 'acme';

/**
 * Close what sits on the organization's server, or on another; send its devices home to another server, to which it belongs
 * from now on though connections must not follow the move yet; or the same of another proxy's.
 */
export type Order = 'close' | 'close elsewhere' | 'heal' | 'heal of another proxy';

/** What the assignment of that version says for the order. `home`: the index of the organization's server. */
export function orderMessage(
  order: Order,
  version: number,
  servers: readonly string[],
  home: number,
): Partial<AssignmentMessage> {
  const issued = BigInt(version);
  const [here, next] = [home, (home + 1) % servers.length];
  if (order === 'close' || order === 'close elsewhere') {
    const server = servers[order === 'close' ? here : next] ?? '';
    return { version, orders: { close: [{ issued, server, proxies: [] }], heal: [] } };
  }
  const proxies = [order === 'heal' ? 'proxy-0' : 'proxy-1'];
  const heal = { issued, from: servers[here] ?? '', proxies, slots: [] };
  return {
    version,
    tableVersion: version,
    drainUpTo: 0,
    pins: new Map([[ORDERED_ORGANIZATION, next]]),
    orders: { close: [], heal: [{ ...heal, organizations: [ORDERED_ORGANIZATION] }] },
  };
}
