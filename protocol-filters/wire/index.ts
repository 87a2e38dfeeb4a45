/**
 * The control plane's side of `cohort.proto`: plugin configurations as bytes, and the filters' reports as objects.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

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
}

/** How connections follow a move. */
export interface DrainSettings {
  /** From a connection's turn until it is closed without a redirect, in milliseconds; default 60000. */
  windowMs?: number;
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

/** Where a listener looks for the organization; the first source that answers wins. */
export type OrganizationSource =
  | { field: 'MQTT_USER_NAME' }
  | { field: 'MQTT_CLIENT_ID' }
  | { field: 'MQTT_USER_PROPERTY'; name: string }
  | { field: 'HTTP_HEADER'; name: string }
  | { field: 'HTTP_PATH_SEGMENT'; segment: number }
  | { field: 'HTTP_QUERY_PARAMETER'; name: string };

/** What a device listener's filter is told. */
export interface ListenerMessage {
  name: string;
  protocol: 'MQTT' | 'WEBSOCKET';
  /** The Envoy cluster with the servers' ports of this kind. */
  cluster: string;
  sources: readonly OrganizationSource[];
  /** Milliseconds, default 10000. */
  firstMessageTimeoutMs?: number;
  /** MQTT: end a redirected device's session at the old server, so that its will is not published. Default true. */
  endSession?: boolean;
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
    },
  });
}

/** A device listener's plugin configuration. */
export function encodeListener(listener: ListenerMessage): Buffer {
  return encode({
    listener: {
      name: listener.name,
      protocol: listener.protocol,
      cluster: listener.cluster,
      sources: listener.sources.map((source) => ({
        ...source,
        ...('name' in source
          ? { name: Buffer.from(source.field === 'HTTP_HEADER' ? source.name.toLowerCase() : source.name) }
          : {}),
      })),
      firstMessageTimeoutMs: listener.firstMessageTimeoutMs ?? 0,
      endSession: listener.endSession ?? listener.protocol === 'MQTT',
    },
  });
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
  };
}
