/** Pins as the tests' way to have the leader write a new assignment that moves nobody. */
import type { ReplicaPart } from './replica.ts';
import type { RelayedStack } from './relayed-stack.ts';
import { controlView } from '../../local/control-view.ts';
import { waitFor } from '../harness/wait.ts';
import { assignmentOf } from './known-assignment.ts';

/** Milliseconds; a second is the aim, or a few after a leader was lost. */
const FORCE_MS = 120_000;

/** Asks for a pin until it is taken: while etcd chooses a leader, requests fail. */
export async function putPin(replica: ReplicaPart, organization: string, server: string): Promise<void> {
  await waitFor(
    async () => {
      await replica.put(`/v1/pins/${organization}`, { server });
      return true;
    },
    { what: `the pin of ${organization} to be taken`, timeout: FORCE_MS, interval: 20 },
  );
}

/** Whether this replica knows of the pin, and connections may follow it. */
async function isKnown(replica: ReplicaPart, organization: string, server: string): Promise<boolean> {
  const { pins, drainUpTo, tableVersion } = await assignmentOf(replica);
  return pins[organization] === server && drainUpTo === tableVersion;
}

/** Pins an organization; resolves when the replica knows that connections may follow. */
export async function pin(replica: ReplicaPart, organization: string, server: string): Promise<void> {
  await putPin(replica, organization, server);
  await waitFor(() => isKnown(replica, organization, server), {
    what: `the assignment to have the pin of ${organization}`,
    timeout: FORCE_MS,
    interval: 20,
  });
}

/**
 * Pins an organization (of whom no devices are there) to some server; resolves when every proxy routes by it and
 * connections may follow.
 */
export async function pinInForce(
  system: RelayedStack,
  replica: ReplicaPart,
  organization: string,
  server = system.servers[0]?.id ?? '',
): Promise<void> {
  await pin(replica, organization, server);
  await waitFor(
    async () => {
      const { appliedBy } = await controlView({ ...system, controlPlanes: [replica] });
      return appliedBy === system.proxies.length;
    },
    { what: `every proxy to route by the pin of ${organization}`, timeout: FORCE_MS, interval: 20 },
  );
}
