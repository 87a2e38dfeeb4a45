/**
 * What a control plane must never send by HDS: it crashes Envoy. `control-plane/resources/health.ts` makes none of it,
 * and the day that one of these no longer crashes Envoy, its test says so.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { healthCheck } from '../../control-plane/resources/index.ts';
import type { Message } from '../../envoy/resources/index.ts';
import { findEnvoy } from '../../scripts/binaries.mjs';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import type { HdsReport } from '../harness/hds.ts';
import { tmpDir } from '../harness/machine.ts';
import { rawSpecifier, startHdsProxy } from './hds-proxy.ts';

type Cluster = NonNullable<
  Message<'envoy.service.health.v3.HealthCheckSpecifier'>['cluster_health_checks']
>[number];

const check = { cluster_name: 'servers_mqtt', health_checks: [healthCheck('mqtt')] };
const address = { socket_address: { address: '127.0.0.1', port_value: 1 } };
const named = { socket_address: { address: 'localhost', port_value: 1 } };
const disabled = { health_check_config: { disable_active_health_check: true } };

/** Starts Envoy by way of a shell that forbids core files, sends it the cluster and tells how it ended. */
async function ending(cluster: Cluster): Promise<{ code: number | null; signal: string | null }> {
  const cleanup = cleanupAfterTest();
  const directory = cleanup.own(tmpDir('crash'));
  const binary = join(directory.path, 'envoy');
  const { path } = await findEnvoy();
  writeFileSync(binary, `#!/bin/sh\nulimit -c 0\nexec '${path}' "$@"\n`, { mode: 0o755 });
  const cores = (): string[] => readdirSync('.').filter((name) => name.startsWith('core'));
  const before = cores();
  const { hds, envoy } = await startHdsProxy(cleanup, { binary });
  await envoy.waitForStat('hds_delegate.responses', 1);
  hds.specify(rawSpecifier({ interval: '0.1s', cluster_health_checks: [cluster] }));
  const exit = await envoy.waitForExit();
  expect(cores()).toEqual(before);
  return exit;
}

it('a locality without endpoints crashes Envoy (SIGSEGV)', async () => {
  const exit = await ending({ ...check, locality_endpoints: [{ locality: {}, endpoints: [] }] });
  expect(exit.signal).toBe('SIGSEGV');
});

it('a cluster without any locality does not crash Envoy, neither at first nor when its last server leaves', async () => {
  const cleanup = cleanupAfterTest();
  const { hds, envoy } = await startHdsProxy(cleanup);
  const send = (endpoints: Cluster['locality_endpoints']): void =>
    hds.specify(
      rawSpecifier({
        interval: '0.1s',
        cluster_health_checks: [{ ...check, locality_endpoints: endpoints ?? [] }],
      }),
    );
  const reported = async (servers: number): Promise<void> => {
    const since = performance.now();
    const fits = (report: HdsReport): boolean =>
      report.at > since && report.clusters.get('servers_mqtt')?.size === servers;
    await hds.changes.until(() => hds.reports.find(fits), { what: `a report of ${servers} servers` });
  };
  send([]);
  await reported(0);
  send([{ locality: {}, endpoints: [{ address }] }]);
  await reported(1);
  send([]);
  await reported(0);
  expect(envoy.exit).toBeUndefined();
});

it('a locality whose endpoints all disable active checks crashes Envoy (SIGSEGV)', async () => {
  const endpoints = [{ address, ...disabled }];
  const exit = await ending({ ...check, locality_endpoints: [{ locality: {}, endpoints }] });
  expect(exit.signal).toBe('SIGSEGV');
});

it('a host name in place of an IP address aborts Envoy (SIGABRT)', async () => {
  const endpoints = [{ address: named }];
  const exit = await ending({ ...check, locality_endpoints: [{ locality: {}, endpoints }] });
  expect(exit.signal).toBe('SIGABRT');
});
