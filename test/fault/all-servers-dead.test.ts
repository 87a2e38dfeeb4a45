/** Every server is dead: devices are told so at once; what comes back first takes them all. */
import { expect, test } from 'vitest';
import type { ProxyPart } from '../../local/parts/proxy.ts';
import { waitFor } from '../harness/wait.ts';
import { measured, stopwatch } from './measured.ts';
import { knock, type Knock } from './probes.ts';
import { atHome, settled } from './settled.ts';
import { startPopulated } from './start.ts';
import { START_MS } from './system.ts';

const ROW = 'every server dead';
/** Six attempts with pauses of up to 100 ms are made right after the death, none later; ten times that. */
const MOST_REFUSAL_MS = 6_000;
const MOST_LANDING_MS = 30_000;

test(
  'devices are refused quickly, and land on the server that returns first',
  { timeout: START_MS + 300_000 },
  async () => {
    const { system, fleet, faults } = await startPopulated({
      settings: { drainWindowMs: 5_000, longestDrainWindowMs: 5_000 },
    });
    const [first, ...others] = system.servers;
    if (first === undefined) throw new Error('there is no server');
    await Promise.all(system.servers.map((server) => faults.kill(server)));
    const dead = stopwatch();

    for (const when of ['right after the death', 'later']) {
      const { mqtt, websocket } = await refusals(system.proxies, fleet.organizations);
      for (const [kind, knocks] of Object.entries({ mqtt, websocket })) {
        const worst = Math.max(...knocks.map(({ ms }) => ms));
        measured(ROW, `${kind} devices are refused, ${when}, at most after`, worst);
        expect(worst).toBeLessThan(MOST_REFUSAL_MS);
      }
      expect(mqtt.map(({ answer }) => answer)).toEqual(mqtt.map(() => ''));
      expect(websocket.map(({ answer }) => answer.split('\r\n')[0])).toEqual(
        websocket.map(() => 'HTTP/1.1 503 Service Unavailable'),
      );
    }
    await waitFor(() => fleet.connected === 0, {
      what: 'every device to know',
      describe: () => fleet.connected,
    });
    measured(ROW, 'every connection is closed after', dead());

    const elapsed = stopwatch();
    await faults.restart(first);
    measured(ROW, `${first.id} serves again after`, elapsed());
    const homes = await settled(system, fleet, { timeout: MOST_LANDING_MS });
    measured(ROW, 'everybody is on the first that returned after', elapsed());
    expect(new Set(homes.values())).toEqual(new Set([first.id]));

    await Promise.all(others.map((server) => faults.restart(server)));
    const back = stopwatch();
    const after = await atHome(system, fleet, { timeout: 180_000 });
    measured(ROW, 'all returned: everybody sits where the assignment says after', back());
    expect(after.size).toBe(fleet.organizations.length);
  },
);

async function refusals(
  proxies: readonly ProxyPart[],
  organizations: readonly string[],
): Promise<Record<Knock['listener'], Knock[]>> {
  const some = organizations.slice(0, 8);
  const at = (listener: Knock['listener']): Promise<Knock[]> =>
    Promise.all(proxies.flatMap((proxy) => some.map((one) => knock(proxy, listener, one))));
  return { mqtt: await at('mqtt'), websocket: await at('websocket') };
}
