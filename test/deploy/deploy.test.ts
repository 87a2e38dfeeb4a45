/** What `deploy/` has for Prometheus and Grafana, against a real Prometheus that scrapes a running system. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findClients } from '../../scripts/clients.mjs';
import { getText } from '../../local/http.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup, organizations } from '../integration/devices.ts';
import { admin, START_MS, startSystem } from '../integration/system.ts';
import { dashboardSchema, layoutProblems, type Dashboard } from './dashboard.ts';
import { DEPLOY, Prometheus } from './prometheus.ts';

const { prometheus: programs, missing } = await findClients();

interface Rule {
  readonly alert: string;
  readonly expr: string;
}
const rules = (
  parse(readFileSync(join(DEPLOY, 'prometheus/alerts.yml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups[0]!.rules;
const dashboard = JSON.parse(readFileSync(join(DEPLOY, 'grafana/cohort.json'), 'utf8')) as Dashboard;

/** The side of a rule that is compared: it must be there for the rule to ever fire. */
function watched({ expr }: Rule): string {
  const [, left] = /^(.*) [<>] [\d.]+$/s.exec(expr) ?? [];
  if (left === undefined) throw new Error(`${expr} is no comparison with a number`);
  return left;
}

test('the dashboard is one that Grafana reads, and no panel hides another', () => {
  const parsed = dashboardSchema.safeParse(dashboard);
  expect(parsed.error?.message).toBeUndefined();
  expect(layoutProblems(dashboard)).toEqual([]);
});

test('what Grafana is given at its start leads to the dashboard and to Prometheus', () => {
  const read = (name: string): unknown =>
    parse(readFileSync(join(DEPLOY, 'grafana/provisioning', name), 'utf8')) as unknown;
  expect(read('datasources/cohort.yml')).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true }],
  });
  expect(read('dashboards/cohort.yml')).toMatchObject({
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: '/etc/grafana/dashboards' } }],
  });
});

describe.skipIf(programs === null)(
  `with Prometheus${programs === null ? `: ${missing.join('; ')}` : ''}`,
  () => {
    const { server = '', promtool = '' } = programs ?? {};
    const run = promisify(execFile);

    test('promtool finds no fault with the rules, and each fires when it should', async () => {
      const file = (name: string): string => join(DEPLOY, 'prometheus', name);
      await run(promtool, ['check', 'rules', file('alerts.yml')]);
      await run(promtool, ['test', 'rules', file('alerts.test.yml')]);
      const tested = new Set(
        (parse(readFileSync(file('alerts.test.yml'), 'utf8')) as { tests: { name: string }[] }).tests.map(
          ({ name }) => name,
        ),
      );
      expect(rules.map(({ alert }) => alert).filter((name) => !tested.has(name))).toEqual([]);
    });

    test(
      'every expression gives something in a running system',
      { timeout: START_MS + 300_000 },
      async () => {
        const cleanup = cleanupAfterTest();
        const system = await startSystem(cleanup, { controlPlanes: 2 });
        const prometheus = cleanup.own(
          await Prometheus.start(server, {
            'cohort-control-plane': system.controlPlanes,
            'cohort-proxy': system.proxies,
          }),
        );
        const group = cleanup.own(
          new DeviceGroup({ organizations: organizations(20), proxies: system.proxies, keepaliveSeconds: 5 }),
        );
        group.start();
        await group.allConnected();
        // Something moves: a server is emptied.
        const [first] = system.servers;
        await admin(system, 'PATCH', `/v1/servers/${first?.id}`, { state: 'draining' });
        await waitFor(
          async () =>
            (await prometheus.scraped('cohort-control-plane')) === system.controlPlanes.length &&
            (await prometheus.scraped('cohort-proxy')) === system.proxies.length,
          { what: 'everything to be scraped', timeout: 120_000, interval: 500 },
        );

        const expressions = [
          ...rules.map((rule) => [`rule ${rule.alert}`, watched(rule)] as const),
          ...dashboard.panels.flatMap((panel) =>
            panel.type === 'row'
              ? []
              : panel.targets.map(
                  ({ expr }) => [`panel ${panel.title}`, expr.replaceAll('$__rate_interval', '1m')] as const,
                ),
          ),
        ];
        let empty: string[] = [];
        await waitFor(
          async () => {
            const found = await Promise.all(
              expressions.map(async ([where, expr]) =>
                (await prometheus.query(expr)).length > 0 ? '' : `${where}: ${expr}`,
              ),
            );
            empty = found.filter((one) => one !== '');
            return empty.length === 0;
          },
          {
            what: 'every expression to give something',
            timeout: 180_000,
            interval: 1_000,
            describe: () => empty,
          },
        );

        // What Prometheus counts is what there is.
        const [devices] = await prometheus.query('sum(cohort_server_connections)');
        expect(Number(devices?.value[1])).toBe(group.devices.length);
        const alerts = new Set(await prometheus.alerts());
        expect(
          [...alerts].filter((name) =>
            ['CohortNoLeader', 'CohortProxyDown', 'CohortProxyRefuses'].includes(name),
          ),
        ).toEqual([]);

        // And each metric is named and described as Prometheus asks.
        const text = await getText(`${system.controlPlanes[0]?.addresses.admin}/metrics`);
        const lint = execFile(promtool, ['check', 'metrics']);
        let said = '';
        lint.stderr?.on('data', (part: string) => (said += part));
        lint.stdin?.end(text);
        await new Promise((resolve) => lint.on('close', resolve));
        expect(said.split('\n').filter((line) => line.startsWith('cohort_'))).toEqual([]);
      },
    );
  },
);
