import { describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { HttpStream, TcpStream } from '../host/index.ts';
import type { CloseOrderMessage, DrainSettings, HealOrderMessage, OrdersMessage } from '../wire/index.ts';
import { connectPacket, Product, SERVERS, UPGRADE } from './product.ts';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);
const REDIRECT = 'e0029c00';
const CLOSE_1012 = '880203f4';

const slot = slotOf('acme');
const home = slot % 3;
const [HOME, FALLBACK, THIRD] = [0, 1, 2].map((i) => SERVERS[(home + i) % 3]) as [string, string, string];
/** The product's worker runs in this proxy. */
const US = 'proxy-1';

/** A device of `acme` on `server`; null: its server is silent so far. */
function device(product: Product, server = HOME, organization = 'acme', silent = false): TcpStream {
  const stream = product.connect(server);
  stream.send(connectPacket({ protocolVersion: 5, username: `${organization}/1` }));
  stream.upstreamConnected();
  if (!silent) stream.serverSends(CONNACK);
  stream.atClient.clear();
  return stream;
}

function socket(product: Product, server = HOME, silent = false): HttpStream {
  const stream = product.request('/acme', UPGRADE, server);
  if (!silent) stream.respond([[':status', '101']]);
  return stream;
}

const tick = (product: Product, ms = 250): void => product.host.environment.clock.advance(ms);
const counter = (product: Product, name: string): number | undefined =>
  product.host.environment.metrics.value(`cohort.drain.${name}`);

const closeOrder = (issued: number, order: Partial<CloseOrderMessage> = {}): OrdersMessage => ({
  close: [{ issued: BigInt(issued), server: HOME, proxies: [], ...order }],
  heal: [],
});
const healOrder = (issued: number, order: Partial<HealOrderMessage> = {}): OrdersMessage => ({
  close: [],
  heal: [{ issued: BigInt(issued), from: FALLBACK, proxies: [], slots: [slot], organizations: [], ...order }],
});

/** Sends the orders with the next assignment, and a tick passes. */
function order(product: Product, version: number, orders?: OrdersMessage, more = {}): void {
  const drain: DrainSettings = { perSecond: 1000 };
  product.assign({ version, tableVersion: 1, drain, ...(orders === undefined ? {} : { orders }), ...more });
  tick(product);
}

/** What the device gets behind the server's next message: a redirect, or nothing. */
function isRedirected(stream: TcpStream): boolean {
  stream.atClient.clear();
  stream.serverSends(PINGRESP);
  const got = Buffer.from(stream.atClient.bytes).toString('hex');
  expect(['d000', `d000${REDIRECT}`, '']).toContain(got);
  return got.endsWith(REDIRECT);
}

describe('a close order', () => {
  it('closes what sits on its server, over both protocols, and nothing else', () => {
    const product = new Product();
    const on = [device(product), device(product, HOME, 'other'), socket(product)];
    const off = [device(product, FALLBACK), socket(product, THIRD)];
    order(product, 2, closeOrder(2));
    expect(on.map(({ open }) => open)).toEqual([false, false, false]);
    expect(off.map(({ open }) => open)).toEqual([true, true]);
    expect(counter(product, 'dead_server')).toBe(3);
    expect(['redirected', 'ended', 'closed', 'ordered_home'].map((name) => counter(product, name))).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('is for the proxies that it names', () => {
    const product = new Product();
    const stream = device(product);
    order(product, 2, closeOrder(2, { proxies: ['proxy-2', 'proxy-10', 'proxy'] }));
    expect(stream.open).toBe(true);
    order(product, 3, closeOrder(3, { proxies: ['proxy-2', US] }));
    expect(stream.open).toBe(false);
  });

  it('closes what waits for the first word of its server', () => {
    const product = new Product();
    const on = [device(product, HOME, 'acme', true), socket(product, HOME, true)];
    const off = [device(product, FALLBACK, 'acme', true), socket(product, FALLBACK, true)];
    order(product, 2, closeOrder(2));
    expect(on.map(({ open }) => open)).toEqual([false, false]);
    expect(off.map(({ open }) => open)).toEqual([true, true]);
    expect(counter(product, 'dead_server')).toBe(2);
  });

  it('leaves alone who has no server yet', () => {
    const product = new Product();
    const silent = product.connect(HOME);
    const unknown = product.host.worker().connect('mqtt', { maxEarlyDataBytes: 65536 });
    unknown.send(connectPacket({ username: 'acme/1' }));
    order(product, 2, closeOrder(2));
    tick(product, 1000);
    expect([silent.open, unknown.open]).toEqual([true, true]);
  });

  it('closes what arrives within 3 s of it, and nothing later, though it stands on', () => {
    const product = new Product();
    order(product, 2, closeOrder(2));
    tick(product, 2500);
    const late = device(product);
    tick(product);
    expect(late.open).toBe(false);
    tick(product, 500);
    const later = device(product);
    order(product, 3, closeOrder(2));
    tick(product, 5000);
    expect(later.open).toBe(true);
    order(product, 4, closeOrder(4));
    expect(later.open).toBe(false);
  });

  it('is fresh for 3 s of its own where others follow it', () => {
    const product = new Product();
    const [first] = closeOrder(2).close;
    const others = (upTo: number): OrdersMessage => ({
      close: [first!, { issued: BigInt(upTo), server: THIRD, proxies: [] }],
      heal: [],
    });
    order(product, 2, closeOrder(2));
    for (let version = 3; version < 20; version++) order(product, version, others(version));
    const [later, third] = [device(product), device(product, THIRD)];
    tick(product);
    expect([later.open, third.open]).toEqual([true, false]);
  });

  it('is obeyed by its newest number where several name one server', () => {
    const product = new Product();
    order(product, 2, closeOrder(2));
    tick(product, 4000);
    const stream = device(product);
    const [old, fresh] = [closeOrder(2).close[0]!, closeOrder(3).close[0]!];
    order(product, 3, { close: [old, fresh, old], heal: [] });
    expect(stream.open).toBe(false);
  });

  it('does nothing any more once it is withdrawn', () => {
    const product = new Product();
    order(product, 2, closeOrder(2));
    order(product, 3);
    const stream = device(product);
    tick(product, 1000);
    expect(stream.open).toBe(true);
  });

  it('is paced, and those whose turn is to come keep it when the order is withdrawn', () => {
    const product = new Product();
    const streams = Array.from({ length: 20 }, () => device(product));
    const open = (): number => streams.filter((stream) => stream.open).length;
    order(product, 2, closeOrder(2), { drain: { perSecond: 20 } });
    expect(open()).toBe(15);
    // A look at everybody for moves leaves them their turn, too.
    order(product, 3, undefined, { drain: { perSecond: 20 }, drainUpTo: 1 });
    expect(open()).toBe(10);
    tick(product, 500);
    expect(open()).toBe(0);
    expect(counter(product, 'dead_server')).toBe(20);
  });

  it('has a budget of its own, beside that of moves', () => {
    const product = new Product();
    const dead = Array.from({ length: 5 }, () => device(product));
    const moved = Array.from({ length: 5 }, () => device(product, HOME, 'elsewhere'));
    for (const stream of moved) stream.resetDownstream();
    const fallback = Array.from({ length: 5 }, () => device(product, THIRD));
    const pins = new Map([['acme', (home + 1) % 3]]);
    const more = { tableVersion: 2, drainUpTo: 2, pins, drain: { perSecond: 20 } };
    order(product, 2, closeOrder(2), more);
    expect(dead.map(({ open }) => open)).toEqual(dead.map(() => false));
    expect(fallback.filter(isRedirected).length).toBe(5);
  });

  it('takes over from a drain', () => {
    const product = new Product();
    const stream = device(product);
    const pins = new Map([['acme', (home + 1) % 3]]);
    order(product, 2, undefined, { tableVersion: 2, drainUpTo: 2, pins });
    order(product, 3, closeOrder(3), { tableVersion: 2, drainUpTo: 2, pins });
    expect(stream.open).toBe(false);
    expect(['dead_server', 'closed'].map((name) => counter(product, name))).toEqual([1, 1]);
  });

  it('that a fresh VM finds in its first assignment has been obeyed', () => {
    const product = new Product({ assignment: { version: 7, orders: closeOrder(7) } });
    const stream = device(product);
    tick(product, 1000);
    order(product, 8, closeOrder(7));
    expect(stream.open).toBe(true);
    order(product, 9, closeOrder(9));
    expect(stream.open).toBe(false);
  });

  it('counts across epochs by its number alone', () => {
    const product = new Product();
    order(product, 5, closeOrder(5));
    tick(product, 4000);
    const stream = device(product);
    order(product, 6, closeOrder(5), { epoch: 2 });
    expect(stream.open).toBe(true);
    order(product, 7, closeOrder(7), { epoch: 2 });
    expect(stream.open).toBe(false);
  });
});

describe('a heal order', () => {
  it('redirects who sits on its server, and only those; once', () => {
    const product = new Product();
    const [away, elsewhere, other] = [
      device(product, FALLBACK),
      device(product, THIRD),
      device(product, FALLBACK, 'other'),
    ];
    order(product, 2, healOrder(2));
    expect([away, elsewhere, other].map(isRedirected)).toEqual([true, false, false]);
    away.endDownstream();
    away.endUpstream();
    // It comes home, or to where it was: nobody bounces it while the order stands.
    const [atHome, again] = [device(product), device(product, FALLBACK)];
    tick(product, 1000);
    order(product, 3, healOrder(2));
    expect([atHome, again].map(isRedirected)).toEqual([false, false]);
    expect(['ordered_home', 'redirected', 'ended'].map((name) => counter(product, name))).toEqual([1, 1, 1]);
    order(product, 4, healOrder(4));
    expect([atHome, again].map(isRedirected)).toEqual([false, true]);
  });

  it('gives a WebSocket 1012', () => {
    const product = new Product();
    const stream = socket(product, FALLBACK);
    order(product, 2, healOrder(2));
    const text = Buffer.from([0x81, 2, 0x68, 0x69]);
    stream.serverSends(text);
    expect(Buffer.from(stream.atClient.bytes).toString('hex')).toBe(`${text.toString('hex')}${CLOSE_1012}`);
  });

  it('is for the proxies that it names', () => {
    const product = new Product();
    const stream = device(product, FALLBACK);
    order(product, 2, healOrder(2, { proxies: ['proxy-2'] }));
    expect(isRedirected(stream)).toBe(false);
    order(product, 3, healOrder(3, { proxies: ['proxy-2', US] }));
    expect(isRedirected(stream)).toBe(true);
  });

  it('does not wait until moves may be followed, and does not set them off', () => {
    const product = new Product();
    const [ordered, moved] = [device(product, FALLBACK), device(product, HOME, 'moved')];
    const pins = new Map([['moved', (slotOf('moved') + 1) % 3]]);
    order(product, 2, healOrder(2), { tableVersion: 2, drainUpTo: 1, pins });
    expect([ordered, moved].map(isRedirected)).toEqual([true, false]);
  });

  it('names slots for those that are not pinned, and organizations for those that are', () => {
    const product = new Product({ assignment: { pins: new Map([['pinned', home]]) } });
    const pins = new Map([['pinned', home]]);
    const pinnedSlot = slotOf('pinned');
    const [free, pinned] = [device(product, FALLBACK), device(product, FALLBACK, 'pinned')];
    order(product, 2, healOrder(2, { slots: [pinnedSlot], organizations: ['acme', 'pinne'] }), { pins });
    expect([free, pinned].map(isRedirected)).toEqual([false, false]);
    order(product, 3, healOrder(3, { slots: [slot, pinnedSlot], organizations: ['pinned'] }), { pins });
    expect([free, pinned].map(isRedirected)).toEqual([true, true]);
  });

  it('that is withdrawn leaves alone whose turn, or whose boundary, has not come', () => {
    const product = new Product();
    const streams = Array.from({ length: 4 }, () => device(product, FALLBACK));
    order(product, 2, healOrder(2), { drain: { perSecond: 8 } });
    order(product, 3);
    tick(product, 120_000);
    expect(streams.map(isRedirected)).toEqual([false, false, false, false]);
    expect(counter(product, 'ordered_home')).toBe(2);
    // What they began they do not go on with: only a newer one sends them home.
    order(product, 4, healOrder(2));
    tick(product, 1000);
    expect(streams.map(isRedirected)).toEqual([false, false, false, false]);
  });

  it('that stands keeps whom it has found in their turn, and closes them at the end of the window', () => {
    const product = new Product();
    const streams = Array.from({ length: 4 }, () => device(product, FALLBACK));
    const drain = { perSecond: 4, windowMs: 2000, longestWindowMs: 2000 };
    order(product, 2, healOrder(2), { drain });
    for (let version = 3; version < 6; version++) order(product, version, healOrder(2), { drain });
    expect(counter(product, 'ordered_home')).toBe(4);
    tick(product, 2500);
    expect(streams.map(({ open }) => open)).toEqual([false, false, false, false]);
    expect(counter(product, 'closed')).toBe(4);
  });

  it('does not keep alive what only a move had set off, nor the other way round', () => {
    const product = new Product();
    const stream = device(product, FALLBACK);
    order(product, 2, healOrder(2));
    // The organization moves on before its boundary; not every proxy routes by that yet, and the order is withdrawn.
    const pins = new Map([['acme', (home + 2) % 3]]);
    order(product, 3, undefined, { tableVersion: 3, drainUpTo: 2, pins });
    expect(isRedirected(stream)).toBe(false);
    order(product, 4, undefined, { tableVersion: 3, drainUpTo: 3, pins });
    expect(isRedirected(stream)).toBe(true);
    expect(counter(product, 'ordered_home')).toBe(1);
  });

  it('does nothing once the organization belongs to where its device sits', () => {
    const product = new Product();
    const stream = device(product, FALLBACK);
    const pins = new Map([['acme', (home + 1) % 3]]);
    order(product, 2, healOrder(2, { organizations: ['acme'] }), { tableVersion: 2, drainUpTo: 2, pins });
    expect(isRedirected(stream)).toBe(false);
  });

  it('that a fresh VM finds in its first assignment has been obeyed', () => {
    const product = new Product({ assignment: { version: 7, orders: healOrder(7) } });
    const stream = device(product, FALLBACK);
    tick(product);
    order(product, 8, healOrder(7));
    expect(isRedirected(stream)).toBe(false);
  });
});

it('finds its way among as many orders as there may be', () => {
  const product = new Product();
  const names = Array.from({ length: 4096 }, (_, i) => `server-${i}`);
  const heal = names.map((from, i) => ({
    ...{ issued: 2n, from, proxies: i % 2 === 0 ? [] : [`far-${i}`] },
    ...{ slots: Array.from({ length: 16 }, (_, j) => (slot + j) % 16384) },
    organizations: [`organization-${i}`, `organization-${i + 1}`, 'acme', `${i}`],
  }));
  const close = names
    .slice(0, 1024)
    .map((server) => ({ issued: 2n, server: `dead ${server}`, proxies: [US] }));
  const streams = ['server-0', 'server-1', 'server-4094', 'server-4095', 'server', 'dead server-1023'].map(
    (server) => device(product, server),
  );
  // Each pinned organization is asked about as well.
  const pins = new Map([['organization-4094', home]]);
  product.assign({ version: 2, tableVersion: 2, drainUpTo: 2, pins });
  const pinned = device(product, 'server-4094', 'organization-4094');
  order(product, 3, { close, heal }, { tableVersion: 2, drainUpTo: 2, pins });
  expect(streams.slice(0, 5).map(isRedirected)).toEqual([true, false, true, false, false]);
  expect(isRedirected(pinned)).toBe(true);
  expect(streams[5]!.open).toBe(false);
});
