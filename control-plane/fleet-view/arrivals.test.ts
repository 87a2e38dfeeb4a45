import { beforeEach, expect, it } from 'vitest';
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import type { ProxyFacts } from './facts.ts';
import { FleetView } from './fleet-view.ts';
import { reportBytes, type TestReport } from './test-reports.ts';

const facts = (node: string): ProxyFacts => ({
  node,
  workers: 1,
  version: undefined,
  connectedForMs: 0,
  refused: [],
  late: [],
});

let view: FleetView;
let sequences: Map<string, number>;
let heard: boolean;

/** A report of `node` with seats such as `acme@a 1`; `=` before them: it is full. */
function say(atMs: number, node: string, text: string): void {
  const sequence = (sequences.get(node) ?? 0) + 1;
  sequences.set(node, sequence);
  const seats = text
    .replace('=', '')
    .split(',')
    .map((seat) => seat.trim());
  const organizations = seats
    .filter((seat) => seat !== '')
    .map((seat) => {
      const [, id = '', server = '', connections = ''] = /^(\S+)@(\S+) (\d+)$/.exec(seat) ?? [];
      return { id, server, connections: Number(connections) };
    });
  const given: TestReport = { node, vm: 1, sequence, full: text.startsWith('='), organizations };
  const report = decodeReport(reportBytes(given));

  view.take(
    {
      replica: 'r',
      run: '1',
      everything: !heard,
      proxies: ['p', 'q'].map(facts),
      viewers: [],
      views: [],
      reports: [{ report, agoMs: 0 }],
    },
    atMs,
  );
  heard = true;
}
const arrived = (): string[] =>
  [...view.arrivals].map(({ organization, server, atMs }) => `${organization}@${server} ${atMs}`);

beforeEach(() => {
  view = new FleetView({ proxyGoneMs: 10_000 });
  sequences = new Map();
  heard = false;
  say(0, 'p', '= acme@a 1');
  say(0, 'q', '=');
});

it('an organization arrives with its first device on a server', () => {
  say(20_000, 'p', 'beta@a 1');
  say(21_000, 'p', 'beta@a 2, acme@a 2');
  say(22_000, 'q', 'beta@a 1');
  say(23_000, 'q', 'beta@b 1');
  expect(arrived()).toEqual(['beta@a 20000', 'beta@b 23000']);
});

it('and again when there was nobody in between', () => {
  say(20_000, 'p', 'acme@a 0');
  say(21_000, 'q', 'acme@a 1');
  expect(arrived()).toEqual(['acme@a 21000']);
});

it('also if it is gone before the next report', () => {
  say(20_000, 'p', 'beta@a 0');
  say(21_000, 'p', 'acme@a 0');
  expect(arrived()).toEqual(['beta@a 20000']);
});

it('also where only a full report tells of it', () => {
  say(20_000, 'p', '= acme@a 1, beta@a 1');
  expect(arrived()).toEqual(['beta@a 20000']);
});

it('what the first report of a VM tells of may have been there before', () => {
  sequences.set('s', 0);
  say(20_000, 's', '= beta@a 1');
  expect(arrived()).toEqual([]);
  say(21_000, 's', 'gamma@a 1');
  expect(arrived()).toEqual(['gamma@a 21000']);
});

it('so may what comes while the view is young: not all proxies have been heard', () => {
  say(9_999, 'p', 'beta@a 1');
  expect(arrived()).toEqual([]);
  say(10_000, 'p', 'gamma@a 1');
  expect(arrived()).toEqual(['gamma@a 10000']);
});

it('nobody arrives by being pinned to where he is', () => {
  // The filter tells of both: nobody who is not pinned, and one who is.
  const at = 20_000;
  const sequence = 2n;
  const counts = [
    { organization: 'acme', server: 'a', connections: 0, pinned: false },
    { organization: 'acme', server: 'a', connections: 1, pinned: true },
  ].map((count) => ({ ...count, received: 0n, sent: 0n, messages: 0n }));
  const common = { node: 'p', vm: 1, vmStart: 100n, epoch: 1n, version: 1n, full: false };
  const report = {
    ...common,
    sequence,
    slots: [],
    organizations: counts,
    organizationsLeftOut: 0,
    drained: [],
  };
  const more = { replica: 'r', run: '1', everything: false, proxies: undefined, viewers: undefined };
  view.take({ ...more, views: [], reports: [{ report, agoMs: 0 }] }, at);
  expect(view.seatsOf('acme')).toEqual([{ server: 'a', connections: 1 }]);
  expect(arrived()).toEqual([]);
});
