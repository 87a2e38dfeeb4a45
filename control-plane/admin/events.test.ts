import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { encodeAssignment, pins as pinKind, selectors, type Assignment } from '../model/index.ts';
import { assignmentEvent, assignmentOf, server } from '../state/testing.ts';
import { EventReader } from '../../test/harness/event-reader.ts';
import { adminApp } from './app.ts';
import { EventLog } from './event-log.ts';
import { TestReplica } from './testing.ts';

const running: Server[] = [];
const readers: EventReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.stop();
  for (const one of running.splice(0)) {
    one.closeAllConnections();
    await new Promise((resolve) => one.close(resolve));
  }
});

async function serve(replica: TestReplica, rest = {}): Promise<string> {
  const one = createServer(adminApp(replica.context(rest)));
  running.push(one);
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

async function follow(url: string, lastId?: string): Promise<EventReader> {
  const reader = await EventReader.open(url, lastId);
  readers.push(reader);
  return reader;
}

it('tells every change of what is stored, in order, with ids that count up', async () => {
  const replica = new TestReplica({ servers: [server('a')], assignment: assignmentOf(['a']) });
  const reader = await follow(`${await serve(replica)}/v1/events`);
  expect(await reader.next()).toMatchObject({ event: 'hello', data: { replica: 'self', resumed: false } });
  replica.putServer(server('b'));
  replica.putServer({ ...server('b'), state: 'draining' });
  replica.putRaw(pinKind.keyOf('acme'), pinKind.encode({ organization: 'acme', server: 'a' }));
  const next: Assignment = assignmentOf(['a', 'b'], { version: 2n, tableVersion: 2n });
  expect(encodeAssignment(next).length).toBeGreaterThan(0);
  replica.hear(assignmentEvent(next, 30));
  const received = [];
  for (let i = 0; i < 5; i++) received.push(await reader.next());
  expect(received).toMatchObject([
    { event: 'server', data: { what: 'created', id: 'b', value: { state: 'active' } } },
    { event: 'server', data: { what: 'changed', id: 'b', value: { state: 'draining' } } },
    { event: 'pin', data: { what: 'created', organization: 'acme', value: { server: 'a' } } },
    { event: 'assignment', data: { version: '2', joined: ['b'] } },
    { event: 'move', data: { version: '2', slots: 8192, totals: [{ from: 'a', to: 'b', slots: 8192 }] } },
  ]);
  const numbers = received.map(({ id }) => Number(id?.split('.')[1]));
  expect(numbers).toEqual([1, 2, 3, 4, 5].map((i) => i - 1 + numbers[0]!));
});

it('tells of selectors, and of a round that was written, why and what it costs', async () => {
  const replica = new TestReplica({ servers: [server('a')] });
  const reader = await follow(`${await serve(replica)}/v1/events?types=selector,round`);
  expect((await reader.next()).event).toBe('hello');
  const selector = { organization: 'acme', labels: { zone: 'eu' } };
  replica.putRaw(selectors.keyOf('acme'), selectors.encode(selector));
  replica.remove(selectors.keyOf('acme'));
  const move = {
    organization: 'acme',
    from: 'a',
    to: 'b',
    connections: 3.4,
    gain: 0.1,
    reason: 'r',
    words: 'w',
  };
  const round = { id: '1.2', atMs: 1, by: 'self', triggers: ['undo'], reason: 'x', moves: [move], more: 0 };
  replica.source.tellRound({ ...round, undoes: { round: '1.1', move: 0 } });
  const told = [await reader.next(), await reader.next(), await reader.next()];
  expect(told).toMatchObject([
    { event: 'selector', data: { what: 'created', organization: 'acme', value: selector } },
    { event: 'selector', data: { what: 'removed', organization: 'acme' } },
    { event: 'round', data: { round: '1.2', moves: 1, devices: 3, undoes: { round: '1.1', move: 0 } } },
  ]);
});

it('goes on after Last-Event-ID; says reset where it cannot', async () => {
  const replica = new TestReplica({ servers: [server('a')] });
  const url = `${await serve(replica)}/v1/events`;
  const first = await follow(url);
  await first.next();
  replica.putServer(server('b'));
  const { id } = await first.next();
  replica.putServer(server('c'));
  const second = await follow(url, id!);
  expect(await second.next()).toMatchObject({ event: 'hello', data: { resumed: true } });
  expect(await second.next()).toMatchObject({ event: 'server', data: { id: 'c' } });
  const third = await follow(url, 'another-run.7');
  expect(await third.next()).toMatchObject({ event: 'hello', data: { resumed: false } });
  expect(await third.next()).toMatchObject({ event: 'reset' });
});

it('tells only what was asked for, and refuses what it does not know', async () => {
  const replica = new TestReplica({ servers: [server('a')] });
  const url = `${await serve(replica)}/v1/events`;
  const reader = await follow(`${url}?types=pin`);
  await reader.next();
  replica.putServer(server('b'));
  replica.putRaw(pinKind.keyOf('acme'), pinKind.encode({ organization: 'acme', server: 'a' }));
  expect(await reader.next()).toMatchObject({ event: 'pin' });
  expect((await fetch(`${url}?types=pin,tea`)).status).toBe(400);
});

it('another replica passes on what the leader tells', async () => {
  const leader = new TestReplica({ servers: [server('a')] });
  const admin = { host: '127.0.0.1', port: Number(new URL(await serve(leader, { id: 'leader' })).port) };
  const follower = new TestReplica();
  follower.leads = false;
  follower.leader = { id: 'leader', admin };
  const reader = await follow(`${await serve(follower)}/v1/events`);
  expect(await reader.next()).toMatchObject({ event: 'hello', data: { replica: 'leader' } });
  leader.putServer(server('b'));
  expect(await reader.next()).toMatchObject({ event: 'server', data: { id: 'b' } });
});

it('a client that reads too slowly is cut off with a hint, and nothing is queued for it', async () => {
  const replica = new TestReplica({ servers: [server('a')] });
  const events = new EventLog(
    'run',
    (error) => {
      throw error;
    },
    { most: 50, mostBytes: 100_000_000 },
  );
  const reader = await follow(`${await serve(replica, { events })}/v1/events`);
  await reader.next();
  const data = { what: 'x'.repeat(1_000_000) };
  // More than sockets hold, and more than the log keeps.
  for (let i = 0; i < 120; i++) events.add([{ type: 'server', data }], new Date());
  const last = (await reader.until('cut')).at(-1);
  expect(last?.data['why']).toContain('Last-Event-ID');
  await expect(reader.next()).rejects.toThrow('the stream has ended');
});

it('what is kept of the past is bounded in number and in bytes', () => {
  const log = new EventLog('run', () => undefined, { most: 10, mostBytes: 1_000 });
  for (let i = 0; i < 100; i++) log.add([{ type: 'pin', data: {} }], new Date(0));
  expect(log.after(89)).toBe('gone');
  expect(log.after(90)).toMatchObject({ number: 91 });
  log.add([{ type: 'pin', data: { text: 'x'.repeat(5_000) } }], new Date(0));
  expect(log.after(99)).toBe('gone');
  expect(log.after(100)).toMatchObject({ number: 101 });
  expect(log.numberOf('run.101')).toBe(101);
  for (const id of ['run.102', 'other.1', 'run.x', '101', 'run.-1']) expect(log.numberOf(id)).toBeUndefined();
});
