/** The assignment as the protocol filters are sent it. */
import type { AssignmentMessage, DrainSettings, ReportSettings } from '../../protocol-filters/wire/index.ts';
import type { Assignment } from './types.ts';

/**
 * The message for `encodeAssignment`.
 *
 * @param reports where the filters report to; undefined: nowhere
 * @param drain how fast connections follow a move; undefined: the filters' defaults
 *
 * Throws `RangeError` where a pin names a server that is not in `servers`.
 */
export function toMessage(
  assignment: Assignment,
  reports?: ReportSettings,
  drain?: DrainSettings,
): AssignmentMessage {
  const { epoch, version, servers, slots, tableVersion, drainUpTo, orders } = assignment;
  const numbers = new Map(servers.map((id, number) => [id, number]));
  const pins = new Map<string, number>();
  for (const [organization, server] of assignment.pins) {
    const number = numbers.get(server);
    if (number === undefined) {
      throw new RangeError(`"${organization}" is pinned to "${server}", which the assignment does not list`);
    }
    pins.set(organization, number);
  }
  const settings = { ...(reports ? { reports } : {}), ...(drain ? { drain } : {}) };
  return { epoch, version, servers, slots, pins, tableVersion, drainUpTo, orders, ...settings };
}
