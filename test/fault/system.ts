/** A whole system whose parts can be killed, frozen and cut apart: each in a network namespace of its own. */
import type { StackOptions } from '../../local/options.ts';
import type { Placement } from '../../local/place.ts';
import { LocalStack } from '../../local/stack.ts';
import { NO_ROUNDS } from '../harness/calm.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { watchedContext } from '../harness/context.ts';
import { RoutedNetwork, type Host } from '../harness/netns-router.ts';
import { Faults } from './faults.ts';

/** Milliseconds that starting it may take. */
export const START_MS = 240_000;

export type FaultSystemOptions = Partial<
  Pick<StackOptions, 'proxies' | 'workers' | 'controlPlanes' | 'etcdMembers' | 'servers' | 'settings'>
> &
  Pick<StackOptions, 'accessLogs'>;

export interface FaultSystem {
  readonly system: LocalStack;
  readonly faults: Faults;
  /** Of each process that has ended though nobody asked for it: how, and the end of its output. */
  readonly ended: readonly string[];
}

/**
 * Starts three proxies (real Envoys), three control planes, three members of etcd and four demo servers, or what the
 * options say; TLS between proxies and control planes. All of it ends with the cleanup.
 */
export async function startFaultSystem(
  cleanup: Cleanup,
  options: FaultSystemOptions = {},
): Promise<FaultSystem> {
  const network = cleanup.own(await RoutedNetwork.create());
  const hosts = new Map<string, Host>();
  const placement: Placement = async (id) => {
    const host = hosts.get(id) ?? (await network.addHost());
    hosts.set(id, host);
    return { host: host.address, command: host.exec };
  };
  const { context, said, ended } = await watchedContext(cleanup);
  const began = performance.now();
  try {
    const system = await LocalStack.start(context, {
      ...{ proxies: 3, workers: 1, controlPlanes: 3, etcdMembers: 3, servers: 4 },
      ...options,
      // Who sits where after a fault is what these tests look at: nothing moves to even the load out meanwhile.
      settings: { ...NO_ROUNDS, ...options.settings },
      placement,
    });
    process.stderr.write(`the system started in ${Math.round(performance.now() - began)} ms\n`);
    return { system, faults: new Faults(network, hosts), ended };
  } catch (error) {
    throw new Error(`the system did not start; it said:\n${said.join('\n')}`, { cause: error });
  }
}
