import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { JsonReporter, TextReporter, type ReadyEvent } from './reporter.ts';
import type { Status } from './status.ts';

const READY: ReadyEvent = {
  proxies: [{ id: 'proxy-1', pid: 1, listeners: { mqtt: '127.0.0.1:1' } }],
  controlPlanes: [{ id: 'control-plane-1', pid: 2, admin: 'http://127.0.0.1:2', xds: '127.0.0.1:3' }],
  servers: [],
  etcd: { endpoints: ['http://127.0.0.1:4'], pids: [3] },
};
const STATUS: Status = {
  devices: 2,
  connected: 2,
  organizations: 1,
  splitOrganizations: 0,
  sameServerShare: 1,
  servers: [{ id: 'server-1', connections: 2, organizations: 1 }],
  worstOverMean: 1,
  leader: undefined,
  assignment: undefined,
  proxies: 0,
  appliedBy: 0,
};

function written(use: (out: PassThrough) => void): string {
  const out = new PassThrough();
  use(out);
  return (out.read() as Buffer | null)?.toString() ?? '';
}

it('JSON: one object a line, nothing left out', () => {
  const lines = written((out) => {
    const reporter = new JsonReporter(out);
    reporter.ready(READY);
    reporter.status(STATUS);
  }).split('\n');
  expect(lines.map((line) => (line === '' ? '' : (JSON.parse(line) as object)))).toEqual([
    { event: 'ready', ...READY },
    { event: 'status', ...STATUS, leader: null, assignment: null },
    '',
  ]);
});

it('lines: only when something has changed', () => {
  const text = written((out) => {
    const reporter = new TextReporter(out, false);
    reporter.status(STATUS);
    reporter.status({ ...STATUS });
    reporter.status({ ...STATUS, connected: 1 });
    reporter.summary({ ...STATUS, connected: 1 }, false);
  });
  expect(text.split('\n').map((line) => line.slice(0, 22))).toEqual([
    '2 of 2 devices connect',
    '1 of 2 devices connect',
    '',
    'Not as it should be: 1',
    '',
  ]);
});

it('a live table is drawn over itself, unless another line stands below it', () => {
  const text = written((out) => {
    const reporter = new TextReporter(out, true);
    reporter.status(STATUS);
    reporter.status(STATUS);
    reporter.interrupted();
    reporter.status(STATUS);
  });
  const height =
    text.indexOf('\x1b[') === -1 ? 0 : text.slice(0, text.indexOf('\x1b[')).split('\n').length - 1;
  expect(text.split(`\x1b[${height}A\x1b[J`)).toHaveLength(2);
  expect(text.split('\x1b[')).toHaveLength(3);
});
