/**
 * The control plane's side of `cohort.proto`: plugin configurations as bytes, and the filters' reports as objects.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { organizationsMessage } from './organizations.ts';
import { sourceMessage, type OrganizationSource } from './sources.ts';

export type { IdentitySource, OrganizationSource, OwnSource } from './sources.ts';

/** How many hash slots there are, as in Redis Cluster. */
export const SLOTS = 16384;
/** In `AssignmentMessage.slots`: no server has the slot. */
export const NO_SERVER = 0xffff;
/** K: points of its own that a hash key may name. */
export const POINTS = 16;

/** What the filters route by. `slots[slot]` is an index into `servers`, or `NO_SERVER`. */
export interface AssignmentMessage {
  epoch: number | bigint;
  version: number | bigint;
  /** K, default 16. */
  points?: number;
  /** Server ids: 1 to 128 bytes each, at most 2048. */
  servers: readonly string[];
  /** 16384 entries. */
  slots: Uint16Array;
  /** Exceptions to the table: organization → index into `servers`. */
  pins?: ReadonlyMap<string, number>;
  /** Where the filters report to; without it they do not. */
  reports?: ReportSettings;
  /**
   * The version at which `slots` or `pins` last changed, and up to which every proxy routes; connections follow when
   * `drainUpTo` is not 0 and has reached `tableVersion`. Default 0 and 0.
   */
  tableVersion?: number | bigint;
  drainUpTo?: number | bigint;
  drain?: DrainSettings;
  /** What becomes of connections that no move concerns. */
  orders?: OrdersMessage;
}

/**
 * What a filter takes at most: an assignment with more it refuses as a whole. `proxies`: different ones in all orders;
 * `slots` and `organizations`: in all heal orders together.
 */
export const MOST_ORDERED = {
  proxies: 4096,
  close: 1024,
  heal: 4096,
  slots: 65_536,
  organizations: 16_384,
} as const;

/** Orders in force. Those that are in it no longer are withdrawn. */
export interface OrdersMessage {
  readonly close: readonly CloseOrderMessage[];
  readonly heal: readonly HealOrderMessage[];
}

/** Connections that sit on `server` are closed, if they were there when the order came or come within 3 seconds of it. */
export interface CloseOrderMessage {
  /** The version with which the order was first sent: a filter obeys what is newer than all that it has seen. */
  readonly issued: bigint;
  readonly server: string;
  /** Node ids; none means every proxy. */
  readonly proxies: readonly string[];
}

/** Devices that sit on `from` and belong elsewhere are redirected, if they were there when the order came. */
export interface HealOrderMessage {
  readonly issued: bigint;
  readonly from: string;
  readonly proxies: readonly string[];
  /** Whose organizations are meant, but for pinned ones. */
  readonly slots: readonly number[];
  /** Pinned organizations that are meant. */
  readonly organizations: readonly string[];
}

/** How connections follow a move. */
export interface DrainSettings {
  /** From a connection's turn until it is closed without a redirect, in milliseconds; default 60000. */
  windowMs?: number;
  /** 1.5 times a device's keepalive makes the window longer, up to this, in milliseconds; default 600000. */
  longestWindowMs?: number;
  /** How many connections a second one worker begins to redirect; default 250. */
  perSecond?: number;
}

/** How the filters report. */
export interface ReportSettings {
  /** The Envoy cluster that serves xDS. */
  cluster: string;
  /** Milliseconds between reports of what changed, default 1000. */
  intervalMs?: number;
  /** Milliseconds between full reports, default 30000. */
  fullIntervalMs?: number;
  /** How many seats (an organization on a server) one VM names, default 5000. */
  mostOrganizations?: number;
}

/** What the filter has a file for in `protocols/`. */
export type SpokenProtocol = 'MQTT' | 'JSON_RPC' | 'DECLARED' | 'CUSTOM';

/** How a device is told to reconnect; see `cohort.proto`. */
export interface RedirectMessage {
  permanent?: boolean | undefined;
  location?: string | undefined;
  /** Milliseconds. */
  retryAfterMs?: number | undefined;
  closeCode?: number | undefined;
  method?: string | undefined;
  template?: Uint8Array | undefined;
  goodbye?: Uint8Array | undefined;
  binary?: boolean | undefined;
}

/** How messages are framed, where the protocol leaves it open; see `cohort.proto`. Sizes in bytes. */
export type FramingMessage =
  | { kind: 'LINES'; delimiter?: string | undefined }
  | { kind: 'HEADERS' }
  | {
      kind: 'LENGTH_PREFIX';
      prefixBytes: 1 | 2 | 4;
      littleEndian?: boolean | undefined;
      countsItself?: boolean | undefined;
      longest?: number | undefined;
    }
  | { kind: 'FIXED_SIZE'; fixedSize: number }
  | { kind: 'WHOLE' };

/** What a device listener's filter is told. */
export interface ListenerMessage {
  name: string;
  protocol: SpokenProtocol | 'WEBSOCKET';
  /** WEBSOCKET: what speaks inside; left out: nobody knows. */
  inner?: SpokenProtocol | undefined;
  /** The Envoy cluster with the servers' ports of this kind. */
  cluster: string;
  sources: readonly OrganizationSource[];
  /** Milliseconds, default 10000. */
  firstMessageTimeoutMs?: number;
  /** End a redirected device's session at the old server: MQTT so that its will is not published. Default true. */
  endSession?: boolean;
  /** Admit a device whose own field names another organization than its certificate, token, … Default false. */
  mismatchAllowed?: boolean;
  /** Refuse organizations that are not in the list of those that exist. Default false. */
  knownOnly?: boolean;
  redirect?: RedirectMessage | undefined;
  framing?: FramingMessage | undefined;
  /** CUSTOM: for the protocol's own file. */
  custom?: Uint8Array | undefined;
  /** The server speaks first. */
  serverFirst?: boolean | undefined;
  /** WEBSOCKET: the Envoy cluster of the greeters, for upgrades that name no organization. */
  greeters?: string | undefined;
  /** WEBSOCKET: takes upgrades that greeters relay. */
  relays?: boolean | undefined;
}

const root = protobuf.loadSync(join(dirname(fileURLToPath(import.meta.url)), 'cohort.proto'));
const configuration = root.lookupType('cohort.v1.PluginConfiguration');

function encode(message: object): Buffer {
  // fromObject takes enum names; a wrong one it would drop in silence, so verify first.
  const problem = configuration.verify(configuration.fromObject(message));
  if (problem !== null) throw new TypeError(`not a plugin configuration: ${problem}`);
  return Buffer.from(configuration.encode(configuration.fromObject(message)).finish());
}

/** A uint64 as protobufjs takes it without a Long library: both halves. */
function uint64(value: number | bigint): { low: number; high: number; unsigned: true } {
  const big = BigInt(value);
  return { low: Number(big & 0xffffffffn) | 0, high: Number(big >> 32n) | 0, unsigned: true };
}

/** The fields of the orders. Proxies are named once, in the order in which they come up. */
function ordersFields({ close, heal }: OrdersMessage): object {
  const numbers = new Map<string, number>();
  const indexes = (proxies: readonly string[]): number[] =>
    proxies.map((proxy) => {
      const index = numbers.get(proxy) ?? numbers.size;
      numbers.set(proxy, index);
      return index;
    });
  const fields = {
    close: close.map(({ issued, server, proxies }) => {
      return { issued: uint64(issued), server, proxies: indexes(proxies) };
    }),
    heal: heal.map(({ issued, from, proxies, slots, organizations }) => ({
      issued: uint64(issued),
      from,
      proxies: indexes(proxies),
      slots,
      organizations: organizations.map((organization) => Buffer.from(organization)),
    })),
  };
  return { ...fields, proxies: [...numbers.keys()] };
}

/** The assignment plugin's configuration. Throws `RangeError` where `slots` has not 16384 entries. */
export function encodeAssignment(assignment: AssignmentMessage): Buffer {
  if (assignment.slots.length !== SLOTS) {
    throw new RangeError(`the slot table has ${assignment.slots.length} entries, not ${SLOTS}`);
  }
  const slots = Buffer.alloc(SLOTS * 2);
  assignment.slots.forEach((server, slot) => slots.writeUInt16LE(server, slot * 2));
  return encode({
    assignment: {
      epoch: uint64(assignment.epoch),
      version: uint64(assignment.version),
      points: assignment.points ?? POINTS,
      servers: assignment.servers.map((id) => ({ id })),
      slots,
      pins: [...(assignment.pins ?? [])].map(([organization, server]) => ({
        organization: Buffer.from(organization),
        server,
      })),
      ...(assignment.reports ? { reports: assignment.reports } : {}),
      tableVersion: uint64(assignment.tableVersion ?? 0),
      drainUpTo: uint64(assignment.drainUpTo ?? 0),
      ...(assignment.drain ? { drain: assignment.drain } : {}),
      ...(assignment.orders ? ordersFields(assignment.orders) : {}),
    },
  });
}

function redirectFields(redirect: RedirectMessage): object {
  const { location, method, ...rest } = redirect;
  return {
    ...rest,
    ...(location === undefined ? {} : { location: Buffer.from(location) }),
    ...(method === undefined ? {} : { method: Buffer.from(method) }),
  };
}

function framingFields(framing: FramingMessage): object {
  const delimiter = framing.kind === 'LINES' ? framing.delimiter : undefined;
  return { ...framing, ...(delimiter === undefined ? {} : { delimiter: Buffer.from(delimiter) }) };
}

/** A device listener's plugin configuration. */
export function encodeListener(listener: ListenerMessage): Buffer {
  return encode({ listener: listenerFields(listener) });
}

function listenerFields(listener: ListenerMessage): object {
  const { name, protocol, inner, cluster, redirect, framing, custom, serverFirst, greeters, relays } =
    listener;
  return {
    ...{ name, protocol, cluster },
    sources: listener.sources.map(sourceMessage),
    firstMessageTimeoutMs: listener.firstMessageTimeoutMs ?? 0,
    endSession: listener.endSession ?? (inner ?? protocol) !== 'WEBSOCKET',
    ...(inner === undefined ? {} : { inner }),
    ...(redirect === undefined ? {} : { redirect: redirectFields(redirect) }),
    ...(framing === undefined ? {} : { framing: framingFields(framing) }),
    ...(custom === undefined ? {} : { custom }),
    ...(serverFirst === undefined ? {} : { serverFirst }),
    ...(greeters === undefined ? {} : { greeters: Buffer.from(greeters) }),
    ...(relays === undefined ? {} : { relays }),
    mismatchAllowed: listener.mismatchAllowed ?? false,
    knownOnly: listener.knownOnly ?? false,
  };
}

/** The configuration of the plugin that tells which organizations exist. */
export function encodeOrganizations(organizations: Iterable<string>): Buffer {
  const { seed, hashes } = organizationsMessage(organizations);
  return encode({ organizations: { seed: uint64(seed), hashes } });
}

/** What one VM of a proxy says: all there is (`full`) or what changed since its last report. */
export interface Report {
  node: string;
  /** Nanoseconds since 1970. */
  vmStart: bigint;
  /** Its number among the proxy's VMs. */
  vm: number;
  sequence: bigint;
  epoch: bigint;
  version: bigint;
  full: boolean;
  /** Open connections by slot and actual server; exact. */
  slots: { slot: number; server: string; pinned: boolean; connections: number }[];
  /** By organization and actual server; bytes and messages (an estimate, see `cohort.proto`) since it sat down there. */
  organizations: {
    organization: string;
    server: string;
    pinned: boolean;
    connections: number;
    received: bigint;
    sent: bigint;
    messages: bigint;
  }[];
  /** Seats that the cap left out of `organizations`. */
  organizationsLeftOut: number;
  /** What became of connections that had to go, by protocol, since the last report that was answered. */
  drained: Drained[];
}

/** See message Drained of `cohort.proto`. */
export interface Drained {
  protocol: string;
  redirected: number;
  ended: number;
  closed: number;
}

const reportRequest = root.lookupType('cohort.v1.ReportRequest');

interface RawReport {
  node: string;
  vmStart: string;
  vm: number;
  sequence: string;
  epoch: string;
  version: string;
  full: boolean;
  servers: string[];
  slots: { slot: number; server: number; pinned: boolean; connections: number }[];
  organizations: {
    organization: Uint8Array;
    server: number;
    pinned: boolean;
    connections: number;
    received: string;
    sent: string;
    messages: string;
  }[];
  organizationsLeftOut: number;
  drained: Drained[];
}

/** Reads a report. Throws `RangeError` where the bytes are none, or a count names a server that it does not list. */
export function decodeReport(bytes: Uint8Array): Report {
  const raw = reportRequest.toObject(reportRequest.decode(bytes), {
    longs: String,
    defaults: true,
    arrays: true,
  }) as RawReport;
  const server = (index: number): string => {
    const id = raw.servers[index];
    if (id === undefined) throw new RangeError(`a count names server ${index} of ${raw.servers.length}`);
    return id;
  };
  return {
    node: raw.node,
    vmStart: BigInt(raw.vmStart),
    vm: raw.vm,
    sequence: BigInt(raw.sequence),
    epoch: BigInt(raw.epoch),
    version: BigInt(raw.version),
    full: raw.full,
    slots: raw.slots.map((count) => ({ ...count, server: server(count.server) })),
    organizations: raw.organizations.map((count) => ({
      organization: Buffer.from(count.organization).toString('utf8'),
      server: server(count.server),
      pinned: count.pinned,
      connections: count.connections,
      received: BigInt(count.received),
      sent: BigInt(count.sent),
      messages: BigInt(count.messages),
    })),
    organizationsLeftOut: raw.organizationsLeftOut,
    drained: raw.drained,
  };
}
