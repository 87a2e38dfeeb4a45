/**
 * An operator with nothing but `cohort ctl` finds why an organization is split, empties a server, watches its devices arrive
 * elsewhere and takes the changes back. What the shell shows is held to what the demo servers themselves say.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Topology } from '../../local/topology.ts';
import { ROOT } from '../../protocol-filters/compile.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { tmpDir } from '../harness/machine.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup, organizations } from '../integration/devices.ts';
import { admin, changeSettings, homes, seats, START_MS, startSystem, whole } from '../integration/system.ts';

const ACME = 'acme';
/** For each of three protocols at each of two proxies: 204 devices, which take 102 s at one a second and proxy. */
const EACH = 34;
/** Seconds that a step of the story waits for anything. */
const PATIENCE = 300;
const STORY_MS = 4 * PATIENCE * 1_000;

/** A shell in which `cohort` is what a person has installed. */
function shell(system: Topology, directory: string): (...args: string[]) => Promise<string> {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  symlinkSync(join(ROOT, 'bin/cohort.mjs'), join(bin, 'cohort'));
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: directory,
    PATIENCE: String(PATIENCE),
    COHORT_CTL_SERVER: system.controlPlanes.map(({ addresses }) => addresses.admin).join(','),
    ...(system.adminToken === undefined ? {} : { COHORT_ADMIN_TOKEN: system.adminToken }),
  };
  const script = join(import.meta.dirname, 'story.sh');
  return async (...args) => {
    const { stdout } = await promisify(execFile)('bash', [script, ...args], { env });
    process.stderr.write(`story ${args.join(' ')}\n${stdout}\n`);
    return stdout;
  };
}

const seatsOfAcme = async (system: Topology): Promise<[string, number][]> => [
  ...((await seats(system)).get(ACME) ?? []),
];

test(
  'from a split to a drain and back, with cohort ctl alone',
  { timeout: START_MS + STORY_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup);
    const story = shell(system, cleanup.own(tmpDir('operator')).path);
    const group = cleanup.own(
      new DeviceGroup({ organizations: [ACME], proxies: system.proxies, each: EACH, keepaliveSeconds: 5 }),
    );
    const others = cleanup.own(
      new DeviceGroup({ organizations: organizations(12), proxies: system.proxies, keepaliveSeconds: 5 }),
    );
    group.start();
    others.start();
    await Promise.all([group.allConnected(), others.allConnected()]);
    const all = group.devices.length;
    const homesBefore = await whole(system);
    const old = homesBefore.get(ACME) ?? '';
    const target = system.servers.find(({ id }) => id !== old)?.id ?? '';

    // Nothing but what the story does moves anybody.
    await admin(system, 'POST', '/v1/rebalances/pause');
    // Somebody else has moved it, at a pace that leaves it on two servers for a while.
    await changeSettings(system, { reconnectsPerSecond: 1 });
    await admin(system, 'PUT', `/v1/pins/${ACME}`, { server: target });
    await waitFor(async () => (await seatsOfAcme(system)).length === 2, {
      what: `${ACME} to sit on two servers`,
      timeout: 60_000,
    });

    const why = await story('why');
    expect(why).toMatch(new RegExp(`^organization +${ACME}$`, 'm'));
    expect(why).toMatch(/^why +drain: its devices are following a move/m);
    expect(why).toMatch(new RegExp(`^pin +${target}$`, 'm'));
    for (const server of [old, target]) expect(why).toMatch(new RegExp(`^${server} +[1-9]\\d* +proxy-`, 'm'));

    const settled = await story('settle');
    expect(settled).toContain('reconnectsPerSecond: 1 → 500');
    const isAt = (server: string): Promise<unknown> =>
      waitFor(async () => String(await seatsOfAcme(system)) === String([server, all]), {
        what: `all ${all} devices of ${ACME} to sit on ${server}`,
        timeout: PATIENCE * 1_000,
        interval: 250,
      });
    await isAt(target);

    const emptied = await story('empty', target);
    expect(emptied).toMatch(new RegExp(`^${target} is empty\\.$`, 'm'));
    expect(emptied).toMatch(new RegExp(`^${target} +draining +alive +0 `, 'm'));
    // Those who were there have come back elsewhere, whole.
    await Promise.all([group.allConnected(), others.allConnected()]);
    await waitFor(
      async () => {
        const found = await homes(system).catch(() => undefined);
        return found?.size === 13 && ![...found.values()].includes(target);
      },
      {
        what: `every organization to sit whole on a server that is not ${target}`,
        timeout: PATIENCE * 1_000,
      },
    );

    const back = await story('back', target, ACME);
    expect(back).toContain(`${ACME} has no pin any more.`);
    const [, assigned = ''] = /^assigned +(\S+)$/m.exec(back) ?? [];
    await isAt(assigned);
    expect(back).toMatch(/^pin +-$/m);
  },
);
