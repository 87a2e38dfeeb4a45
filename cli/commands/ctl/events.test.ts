import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { EventParser } from './events.ts';
import { run } from './testing.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

it('puts events together from pieces, and passes over comments', () => {
  const parser = new EventParser();
  expect(parser.take('retry: 1000\nid: r-1\nevent: hel')).toEqual([]);
  expect(parser.take('lo\ndata: {"a":"b: c"}\n\n: alive\n\nid: r-2\n')).toEqual([
    { id: 'r-1', event: 'hello', data: '{"a":"b: c"}' },
  ]);
  expect(parser.take('event: pin\ndata: {}\n\n')).toEqual([{ id: 'r-2', event: 'pin', data: '{}' }]);
});

it('goes on after the last event when the stream breaks', async () => {
  const since: unknown[] = [];
  const end = new AbortController();
  server = createServer((request, response) => {
    since.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const at = '2026-01-02T03:04:05.000Z';
    response.write(`id: r-${since.length}\nevent: pin\ndata: {"at":"${at}","what":"created"}\n\n`);
    if (since.length < 3) setImmediate(() => response.destroy());
    else end.abort();
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const options = { output: 'json', signal: end.signal } as const;
  const { out, err } = await run(url, 'events', [], { since: 'r-0' }, options);
  expect(since).toEqual(['r-0', 'r-1', 'r-2']);
  expect(
    out
      .split('\n')
      .slice(0, 2)
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { id: 'r-1', event: 'pin', at: '2026-01-02T03:04:05.000Z', what: 'created' },
    { id: 'r-2', event: 'pin', at: '2026-01-02T03:04:05.000Z', what: 'created' },
  ]);
  expect(err).toContain('the stream ended');
});
