import { expect, it } from 'vitest';
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import { FleetView, type Batch, type ProxyFacts } from '../fleet-view/index.ts';
import { reportBytes } from '../fleet-view/test-reports.ts';
import { TYPE_URLS } from '../xds/resource-types.ts';
import { FleetEvents } from './fleet-events.ts';

type Seats = readonly { readonly id: string; readonly server: string; readonly connections: number }[];

function batch(
  sequence: number,
  version: number,
  organizations: Seats,
  refused: ProxyFacts['refused'] = [],
): Batch {
  const facts = { node: 'p', workers: 1, version: '1.40.0', connectedForMs: 1, refused, late: [] };
  const reports = [0, 1].map((vm) => {
    const bytes = reportBytes({
      node: 'p',
      vm,
      sequence,
      version,
      organizations: vm === 0 ? [] : organizations,
    });
    return { report: decodeReport(bytes), agoMs: 0 };
  });
  return {
    replica: 'r',
    run: '1',
    everything: sequence === 1,
    proxies: [facts],
    viewers: [],
    views: [],
    reports,
  };
}

const acme = (...servers: string[]): Seats =>
  servers.map((server) => ({ id: 'acme', server, connections: 1 }));

it('tells of proxies that come, apply, refuse and leave, and of organizations that split and come together', () => {
  const fleet = new FleetView();
  const events = new FleetEvents();
  fleet.take(batch(1, 1, acme('a')), 0);
  const at = (version: string): object => ({ epoch: '1', version });
  expect(events.look(fleet, 0)).toEqual([
    { type: 'proxy', data: { proxy: 'p', what: 'connected', applied: at('1') } },
  ]);
  expect(events.look(fleet, 0)).toEqual([]);

  const refusal = { typeUrl: TYPE_URLS.LDS, name: 'mqtt', version: 'v', message: 'no', agoMs: 1, count: 1 };
  fleet.take(batch(2, 2, acme('a', 'b'), [refusal]), 0);
  expect(events.look(fleet, 0)).toEqual([
    { type: 'proxy', data: { proxy: 'p', what: 'applied', applied: at('2') } },
    { type: 'refusal', data: { proxy: 'p', type: 'LDS', name: 'mqtt', message: 'no' } },
    {
      type: 'split',
      data: {
        organization: 'acme',
        what: 'split',
        servers: [
          { server: 'a', connections: 1 },
          { server: 'b', connections: 1 },
        ],
      },
    },
  ]);
  // Refused again, the same: nothing new.
  fleet.take(batch(3, 2, acme('b'), [{ ...refusal, count: 2 }]), 0);
  expect(events.look(fleet, 0)).toEqual([{ type: 'split', data: { organization: 'acme', what: 'whole' } }]);

  fleet.take({ ...batch(4, 2, []), proxies: [] }, 0);
  fleet.expire(60_000);
  expect(events.look(fleet, 60_000)).toEqual([{ type: 'proxy', data: { proxy: 'p', what: 'left' } }]);
});
