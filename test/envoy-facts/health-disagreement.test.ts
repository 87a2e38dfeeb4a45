/**
 * Two judges of a server's health in one proxy: routing (active checks and ejection by outlier detection, the cluster's)
 * and HDS (checks of its own). How long they disagree on a death and on a return.
 */
import { afterAll, expect, it } from 'vitest';
import { encode } from '../../envoy/resources/index.ts';
import { healthChecks } from '../../control-plane/resources/index.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { startTestbed } from '../harness/testbed.ts';
import { waitForDeath } from './hds-proxy.ts';
import { land } from './landing.ts';
import { NamedServer } from './named-server.ts';

/** Ten times what the settings promise: two checks half a second apart, and a report every second. */
const MOST_MS = 20_000;

const cleanup = cleanupAfterAll();
const mortal = cleanup.own(await NamedServer.start('mortal'));
const other = cleanup.own(await NamedServer.start('other'));
const servers = [mortal, other].map(({ id, host, port }) => ({ id, host, mqtt: port, websocket: port }));
// Every organization is the mortal server's.
const bed = cleanup.own(
  await startTestbed({ servers, assignment: { slots: new Uint16Array(16384).fill(0) } }),
);
const NODE = bed.nodeId(0);
const checked = [mortal, other].map(({ host, port }) => ({ address: host, port }));
// Under a name of its own, as the statistics of a cluster of HDS and of the routing cluster are one by name.
bed.hds.specify(
  encode(healthChecks({ clusters: [{ name: 'hds_mqtt', healthCheck: 'tcp', servers: checked }] })).value,
);
await bed.hds.waitForHealth(NODE, mortal.address, 'HEALTHY');

const lines: string[] = [];
afterAll(() => console.log(lines.join('\n')));

/** The flags of the mortal server in routing. */
async function flags(): Promise<string[]> {
  return (await bed.proxies[0]?.clusters())?.get('servers_mqtt')?.hosts.get(mortal.address)?.flags ?? [];
}
const landsOn = async (): Promise<string | undefined> => (await land('mqtt', bed.mqtt(), 'acme')).server;
const since = (start: number): number => performance.now() - start;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

async function healthyEverywhere(): Promise<void> {
  await waitFor(async () => (await flags()).length === 0, { what: 'routing to see the server healthy' });
  await bed.hds.waitForHealth(NODE, mortal.address, 'HEALTHY');
}

it('on a death with devices that connect: routing leaves the server at the second refusal, HDS sees it seconds later', async () => {
  await healthyEverywhere();
  expect(await landsOn()).toBe('mortal');
  const start = performance.now();
  mortal.refuse({ destroyConnections: true });
  // The first device is served, elsewhere: its own retries eject the server.
  expect(await landsOn()).toBe('other');
  const served = since(start);
  expect(await flags()).toContain('failed_outlier_check');
  const { took } = await waitForDeath(bed.hds, NODE, mortal.address, start);
  lines.push(
    `measured: death under traffic: routing after ${ms(served)}, HDS after ${ms(took)}, apart ${ms(took - served)}`,
  );
  expect(served).toBeLessThan(1_000);
  expect(took).toBeLessThan(MOST_MS);
});

it('on a return: the next good check brings the server back to routing, not the ejection time of 30 s', async () => {
  await waitFor(async () => (await flags()).includes('failed_active_health_check'), {
    what: 'the checks of routing to fail',
  });
  const start = performance.now();
  await mortal.reopen();
  const [routed, reported] = await Promise.all([
    waitFor(async () => (await landsOn()) === 'mortal' && since(start), { what: 'devices to land on it' }),
    bed.hds
      .waitForHealth(NODE, mortal.address, 'HEALTHY', { since: start, timeout: MOST_MS })
      .then(({ at }) => at - start),
  ]);
  lines.push(
    `measured: return: routing after ${ms(routed)}, HDS after ${ms(reported)}, apart ${ms(Math.abs(reported - routed))}`,
  );
  expect(await flags()).toEqual([]);
  expect(routed).toBeLessThan(10_000);
  expect(reported).toBeLessThan(MOST_MS);
});

it('on a death without devices both need two failed checks, and HDS its report', async () => {
  await healthyEverywhere();
  const start = performance.now();
  mortal.refuse({ destroyConnections: true });
  const [routed, reported] = await Promise.all([
    waitFor(async () => (await flags()).includes('failed_active_health_check') && since(start), {
      what: 'routing to see the death',
    }),
    waitForDeath(bed.hds, NODE, mortal.address, start).then(({ took }) => took),
  ]);
  lines.push(
    `measured: death without traffic: routing after ${ms(routed)}, HDS after ${ms(reported)}, apart ${ms(Math.abs(reported - routed))}`,
  );
  expect(await flags()).not.toContain('failed_outlier_check');
  expect(routed).toBeLessThan(10_000);
  expect(reported).toBeLessThan(MOST_MS);
  await mortal.reopen();
});

it('a server that refuses for less than two checks is ejected until the next good check, and HDS never sees it', async () => {
  await healthyEverywhere();
  const reports = bed.hds.reports.length;
  // Begins right after a check of routing, so that the next is half a second away.
  const counter = 'cluster.servers_mqtt.health_check.attempt';
  const checks = (await bed.proxies[0]?.counter(counter)) ?? 0;
  await bed.proxies[0]?.waitForStat(counter, (value) => value >= checks + 2);
  mortal.refuse();
  const start = performance.now();
  expect(await landsOn()).toBe('other');
  expect(await flags()).toEqual(['failed_outlier_check']);
  await mortal.reopen();
  const outage = since(start);
  const back = await waitFor(async () => (await landsOn()) === 'mortal' && since(start), {
    what: 'devices to land on it again',
  });
  lines.push(
    `measured: outage of ${ms(outage)}: devices are led elsewhere for ${ms(back)}, HDS reports nothing`,
  );
  expect(back).toBeLessThan(10_000);
  const seen = bed.hds.reports
    .slice(reports)
    .map(({ clusters }) => clusters.get('hds_mqtt')?.get(mortal.address));
  expect(seen.filter((health) => health !== 'HEALTHY')).toEqual([]);
});
