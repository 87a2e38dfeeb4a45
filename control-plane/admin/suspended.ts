/** Why a pin is not in force. */
import { z } from 'zod';
import type { Pin } from '../model/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { AdminContext } from './context.ts';

export const suspendedSchema = z
  .enum(['unknown', 'dead', 'draining', 'full', 'quarantine'])
  .nullable()
  .describe(
    'Why the pin is suspended: its server is gone (`unknown`), is `dead`, drains, has reached a limit (`full`; known to the ' +
      'leader alone), or a quarantined organization has it to itself (`quarantine`). Null: it is in force or about to be.',
  );
export type Suspended = z.infer<typeof suspendedSchema>;

type Known = Pick<ClusterState, 'assignment' | 'servers' | 'verdicts' | 'quarantines'>;

export function isInForce({ assignment }: Pick<Known, 'assignment'>, { organization, server }: Pin): boolean {
  return assignment?.pins.get(organization) === server;
}

export function suspendedFor(context: Pick<AdminContext, 'rebalances'>, state: Known, pin: Pin): Suspended {
  if (isInForce(state, pin)) return null;
  const { organization, server } = pin;
  const known = state.servers.get(server)?.value;
  if (known === undefined) return 'unknown';
  const isTaken = [...state.quarantines.values()].some(
    ({ value }) => value.server === server && value.organization !== organization,
  );
  if (isTaken || state.quarantines.has(organization)) return 'quarantine';
  if (state.verdicts.servers[server]?.state === 'dead') return 'dead';
  if (known.state === 'draining') return 'draining';
  return context.rebalances()?.rebalancer.last?.full.has(server) === true ? 'full' : null;
}
