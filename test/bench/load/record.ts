/** A system whose load is made uneven, which a server joins, and another leaves: what each server has all the while. */
import { askControlPlane } from '../../../local/control-view.ts';
import type { Topology } from '../../../local/topology.ts';
import type { Cleanup } from '../../harness/cleanup.ts';
import { waitFor } from '../../harness/wait.ts';
import { DeviceGroup, organizationsOf } from '../../integration/devices.ts';
import {
  admin,
  assignment,
  changeSettings,
  serverStatuses,
  slotTable,
  startSystem,
} from '../../integration/system.ts';
import type { Recording } from './picture.ts';

/** Organizations on the first server and on each other one, each of six connections: 8 a server when even, 6 of four. */
const [MANY, FEW] = [14, 5];
const EACH = 6;
const SETTINGS = {
  ...{ loadIntervalMs: 500, loadHalfLifeMs: 1_000, roundIntervalMs: 2_000, roundBudget: 0.05 },
  drainWindowMs: 5_000,
};
const SAMPLE_MS = 500;
const REST_MS = 5_000;
/** Milliseconds that a step may take. */
const STEP_MS = 180_000;
const JOINS = 'server-4';

export const TITLE = 'Load that was uneven on purpose, a server that joins, a server that drains';
export const SUBTITLE =
  `${MANY + 2 * FEW} organizations of ${EACH} connections through two proxies; ` +
  `a round each ${SETTINGS.roundIntervalMs / 1_000} s, ${SETTINGS.roundBudget * 100}% of all connections at most.`;

interface Rounds {
  readonly rounds: readonly {
    readonly at: string;
    readonly triggers: readonly string[];
    readonly moves: readonly { readonly connections: number }[];
  }[];
}

/** @throws Error when the load does not become even in its time */
export async function record(cleanup: Cleanup, say: (line: string) => void): Promise<Recording> {
  const system = await startSystem(cleanup, { servers: 3, controlPlanes: 1 });
  await changeSettings(system, SETTINGS);
  const table = slotTable(await assignment(system));
  const [first] = system.servers;
  const organizations = system.servers.flatMap(({ id }) =>
    organizationsOf(table, id, id === first?.id ? MANY : FEW),
  );
  const group = cleanup.own(new DeviceGroup({ organizations, proxies: system.proxies, keepaliveSeconds: 5 }));

  const began = Date.now();
  const seconds = (ms = Date.now()): number => (ms - began) / 1_000;
  const events: { at: number; name: string }[] = [];
  const note = (name: string): void => {
    say(`${seconds().toFixed(1)} s: ${name}`);
    events.push({ at: seconds(), name });
  };
  const samples = startSampling(system, seconds);
  cleanup.defer('the sampling', samples.stop);
  const even = (ids: readonly string[]): Promise<unknown> =>
    waitFor(() => isEven(samples.all.at(-1)?.connections ?? {}, ids, organizations.length), {
      what: `${ids.join(', ')} to have as many as each other`,
      timeout: STEP_MS,
      interval: 100,
      describe: () => JSON.stringify(samples.all.at(-1)),
    });
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REST_MS));

  group.start();
  await group.allConnected();
  await even(system.servers.map(({ id }) => id));
  note('even');
  await rest();
  note(`${JOINS} joins`);
  await system.addServer(JOINS);
  await even(system.servers.map(({ id }) => id));
  note('even again');
  await rest();
  note(`${first?.id} drains`);
  await admin(system, 'PATCH', `/v1/servers/${first?.id}`, { state: 'draining' });
  await even(system.servers.slice(1).map(({ id }) => id));
  note('drained');
  await rest();

  await samples.stop();
  const { rounds } = await askControlPlane<Rounds>(system, '/v1/rebalances?limit=200');
  return {
    servers: system.servers.map(({ id }) => id),
    samples: samples.all,
    // Those from before the devices moved slots that nobody sat in.
    rounds: rounds
      .map(({ at, triggers, moves }) => ({
        at: seconds(Date.parse(at)),
        triggers,
        moves: moves.map(({ connections }) => connections).filter((connections) => connections > 0),
      }))
      .filter(({ at }) => at >= 0)
      .reverse(),
    events,
    seconds: seconds(),
  };
}

/** As even as whole organizations can be: nobody missing, and nobody elsewhere. */
function isEven(
  connections: Readonly<Record<string, number>>,
  ids: readonly string[],
  organizations: number,
): boolean {
  const each = (organizations / ids.length) * EACH;
  return (
    ids.every((id) => connections[id] === each) &&
    Object.entries(connections).every(([id, count]) => ids.includes(id) || count === 0)
  );
}

function startSampling(
  system: Topology,
  seconds: () => number,
): { all: Recording['samples']; stop: () => Promise<void> } {
  const all: { at: number; connections: Record<string, number> }[] = [];
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const at = seconds();
      const connections: Record<string, number> = {};
      for (const { id, organizations } of await serverStatuses(system)) {
        const counts = Object.values(organizations).map(({ mqtt, websocket }) => mqtt + websocket);
        connections[id] = counts.reduce((sum, one) => sum + one, 0);
      }
      all.push({ at, connections });
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, SAMPLE_MS - (seconds() - at) * 1_000)));
    }
  })();
  return {
    all,
    stop: () => {
      isOver = true;
      return running;
    },
  };
}
