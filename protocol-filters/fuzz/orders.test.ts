/** Random orders among random moves: the filter closes and redirects whom the oracle names, when it names them. */
import { describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { HttpStream, TcpStream } from '../host/index.ts';
import { connectPacket, Product, UPGRADE } from '../test/product.ts';
import {
  NO_SERVER,
  SLOTS,
  type AssignmentMessage,
  type CloseOrderMessage,
  type HealOrderMessage,
} from '../wire/index.ts';
import { nonsense } from './generate/nonsense.ts';
import { configurationProblem } from './oracle/configuration.ts';
import { OrdersOracle, type Held, type InForce } from './oracle/orders.ts';
import { Random } from './random.ts';

const ROUNDS = 120;
const STEPS = 60;
const TICK_MS = 250;
const NODE = 'proxy-1';
const ORGANIZATIONS = Array.from({ length: 10 }, (_, i) => `organization-${i}`);
const LISTED = ['a', 'b', 'c'];
/** One of them is in no assignment. */
const SERVERS = [...LISTED, 'gone'];
const CONNACK_5 = Buffer.from([0x20, 3, 0, 0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);
const TEXT = Buffer.from([0x81, 2, 0x68, 0x69]);
const MQTT_REDIRECT = 'e0029c00';
const WEBSOCKET_REDIRECT = '880203f4';

const slots = ORGANIZATIONS.map(slotOf);

interface Device extends Held {
  readonly stream: TcpStream | HttpStream;
  readonly isHttp: boolean;
}

/** Assignments with orders: each comes with the version that it was issued with, stays for some, and is then withdrawn. */
class Source {
  private version = 0n;
  private epoch = 1n;
  private close: CloseOrderMessage[] = [];
  private heal: HealOrderMessage[] = [];
  private table = new Uint16Array(SLOTS);
  private pins: ReadonlyMap<string, number> = new Map();
  private tableVersion = 1n;

  constructor(private readonly random: Random) {}

  private some<T>(values: readonly T[], times: number): T[] {
    return values.filter(() => this.random.once(times));
  }

  private proxies(): string[] {
    return this.random.pick([[], [NODE], ['other'], ['other', NODE], ['proxy-10', 'proxy-']]);
  }

  private changeOrders(): void {
    const { random } = this;
    this.close = this.close.filter(() => !random.once(3));
    this.heal = this.heal.filter(() => !random.once(4));
    const issued = this.version;
    if (random.once(3)) this.close.push({ issued, server: random.pick(SERVERS), proxies: this.proxies() });
    for (let i = random.once(2) ? random.between(1, 3) : 0; i > 0; i--) {
      const [from, proxies] = [random.pick(SERVERS), this.proxies()];
      this.heal.push({
        issued,
        from,
        proxies,
        slots: this.some(slots, 2),
        organizations: this.some(ORGANIZATIONS, 2),
      });
    }
  }

  next(): { message: Partial<AssignmentMessage>; inForce: InForce } {
    const { random } = this;
    this.version += BigInt(random.between(1, 3));
    if (random.once(20)) this.epoch++;
    if (this.version < 4n || random.once(3)) {
      this.table = this.table.map(() => (random.once(12) ? NO_SERVER : random.below(LISTED.length)));
      this.pins = new Map(this.some(ORGANIZATIONS, 4).map((one) => [one, random.below(LISTED.length)]));
      this.tableVersion = this.version;
    }
    this.changeOrders();
    const orders = { close: this.close, heal: this.heal };
    const mayFollow = random.once(2);
    const { version, epoch, tableVersion, table, pins } = this;
    const drain = { perSecond: 100_000, windowMs: 3_600_000 };
    const drainUpTo = mayFollow ? tableVersion : tableVersion - 1n;
    return {
      message: {
        epoch,
        version,
        servers: LISTED,
        slots: table,
        pins,
        tableVersion,
        drainUpTo,
        drain,
        orders,
      },
      inForce: {
        orders,
        mayFollow,
        place: (organization) => {
          const slot = slotOf(organization);
          const pin = pins.get(organization);
          const server = LISTED[pin ?? (table[slot] as number)];
          return server === undefined ? undefined : { server, slot, pinned: pin !== undefined };
        },
      },
    };
  }
}

class World {
  readonly devices: Device[] = [];
  redirected = 0;
  private readonly source: Source;
  private readonly product: Product;
  private readonly oracle: OrdersOracle;
  private inForce: InForce;

  constructor(private readonly random: Random) {
    this.source = new Source(random);
    const { message, inForce } = this.source.next();
    this.product = new Product({ assignment: message });
    this.oracle = new OrdersOracle(NODE, inForce);
    this.inForce = inForce;
  }

  get closed(): number {
    return this.oracle.closed;
  }

  step(): void {
    const kind = this.random.below(10);
    if (kind < 3) this.connect();
    else if (kind < 5) this.assign();
    else if (kind < 7) for (const device of this.devices) if (this.random.once(3)) this.speak(device);
    if (kind >= 7) this.tick();
  }

  private assign(): void {
    const { message, inForce } = this.source.next();
    expect(this.product.assign(message)).toBe(true);
    this.inForce = inForce;
    this.oracle.assign(inForce);
  }

  private connect(): void {
    const { random, product } = this;
    const organization = random.pick(ORGANIZATIONS);
    const place = this.inForce.place(organization);
    if (place === undefined) return;
    const server = random.once(2) ? place.server : random.pick(SERVERS);
    const isHttp = random.once(3);
    const stream = isHttp ? product.request(`/${organization}`, UPGRADE, server) : product.connect(server);
    if ('upstreamState' in stream) {
      stream.send(connectPacket({ protocolVersion: 5, username: organization }));
      stream.upstreamConnected();
    }
    const { slot, pinned, server: assigned } = place;
    const unknown = { answered: false, moved: false, ordered: false, closed: false };
    const device = { organization, slot, pinned, assigned, server, isHttp, stream, ...unknown };
    this.devices.push(device);
    if (!random.once(4)) this.speak(device);
  }

  /** The server says something: a device whose turn has come is redirected behind it, and no other. */
  private speak(device: Device): void {
    const { stream, isHttp } = device;
    if (device.closed) return;
    stream.atClient.clear();
    if (!device.answered) {
      if ('respond' in stream) stream.respond([[':status', '101']]);
      else stream.serverSends(CONNACK_5);
      device.answered = true;
    }
    stream.serverSends(isHttp ? TEXT : PINGRESP);
    const got = Buffer.from(stream.atClient.bytes).toString('hex');
    const isRedirected = got.endsWith(isHttp ? WEBSOCKET_REDIRECT : MQTT_REDIRECT);
    expect(isRedirected, `${device.organization} on ${device.server}`).toBe(device.moved || device.ordered);
    if (!isRedirected) return;
    this.redirected++;
    stream.resetDownstream();
    this.devices.splice(this.devices.indexOf(device), 1);
  }

  private tick(): void {
    const { clock } = this.product.host.environment;
    clock.advance(TICK_MS);
    this.oracle.tick(clock.nowMs, this.devices);
    for (const { stream, closed, server, organization } of this.devices)
      expect(stream.open, `${organization} on ${server}`).toBe(!closed);
    this.devices.splice(0, Infinity, ...this.devices.filter(({ closed }) => !closed));
    const counted = (name: string): number =>
      this.product.host.environment.metrics.value(`cohort.drain.${name}`) ?? 0;
    expect([counted('dead_server'), counted('ordered_home'), counted('redirected')]).toEqual([
      this.oracle.closed,
      this.oracle.orderedHome,
      this.redirected,
    ]);
    this.product.vm.callouts.grpc.length = 0;
  }

  get orderedHome(): number {
    return this.oracle.orderedHome;
  }
}

describe('orders', { timeout: 120_000 }, () => {
  it('concern the connections that they name, and no others', () => {
    const sums = { closed: 0, orderedHome: 0, redirected: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const world = new World(new Random(11, round));
      for (let step = 0; step < STEPS; step++) world.step();
      sums.closed += world.closed;
      sums.orderedHome += world.orderedHome;
      sums.redirected += world.redirected;
    }
    console.log(`${ROUNDS} rounds: ${JSON.stringify(sums)}`);
    for (const sum of Object.values(sums)) expect(sum).toBeGreaterThan(ROUNDS);
  });

  it('that are malformed are refused, and others are not', () => {
    const random = new Random(12);
    const product = new Product();
    let [refused, accepted] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      const bytes = nonsense(random);
      // Listeners' settings are refused by the same hand.
      const problem = configurationProblem(bytes);
      const isAccepted = product.configure('assignment', bytes);
      expect(isAccepted, `${String(problem)}: ${bytes.subarray(0, 200).toString('hex')}`).toBe(
        problem === undefined,
      );
      if (isAccepted) accepted++;
      else refused++;
    }
    expect(Math.min(refused, accepted)).toBeGreaterThan(50);
  });
});
