/** What the leader's scans leave behind: when the next one is due, and the records of the last ones. */
import { z } from 'zod';
import { SLOTS } from '../placement/types.ts';
import { jsonSingleton } from './kind.ts';

/** Splits that one record names; the rest is counted. */
export const MOST_NAMED = 1_000;
/** Records that are kept. */
export const MOST_RECORDS = 50;
/** Splits that a record goes on naming once it is not the last one. */
const OLDER_NAMED = 20;
/** etcd takes 1.5 MiB in a request. */
const MOST_BYTES = 1_000_000;

const count = z.int().min(0);
const milliseconds = z.int();
/** Of servers and proxies, as the reports name them. */
const name = z.string().max(256);

/** Why devices sit where they do not belong. */
export const whySchema = z.enum([
  /** The proxy does not see the assigned server healthy. */
  'partition',
  /** Connections are following a move, or leaving a draining server. */
  'drain',
  /** They were told to reconnect, more than once, and are there again. */
  'refused',
  /** The proxy does not route by the table in force. */
  'stale proxy',
  /** They were sent elsewhere while the assigned server was away; it is back. */
  'fallback',
  /** The server they sit on, or the one they belong to, is dead. */
  'dead server',
  /** The server they belong to has lost its lease: nothing is sent there now. */
  'suspect server',
  /** The proxy does not tell which servers it sees healthy. */
  'no view',
  /** No server has their slot. */
  'no server',
]);
export type Why = z.infer<typeof whySchema>;

/**
 * `heal`: ordered home. `move`: the slot moves to a server that all proxies reach. `wait`: comes by itself or is looked at
 * again. `none`: nothing can be done.
 */
export const actionSchema = z.enum(['heal', 'move', 'wait', 'none']);
export type Action = z.infer<typeof actionSchema>;

const seatSchema = z.object({
  server: name,
  connections: count,
  /** Some of the proxies that they come through. */
  proxies: z.array(name),
  proxiesLeft: count,
});

const foundSchema = z.object({
  /** Left out: organizations of the slot that the reports do not name, or that sit on the wrong server as a whole. */
  organization: z.string().max(1024).optional(),
  slot: z.int().min(0).lt(SLOTS),
  servers: z.array(seatSchema),
  /** Null: no server has the slot. */
  assigned: name.nullable(),
  why: whySchema,
  action: actionSchema,
  /** For people. */
  detail: z.string(),
});
/** An organization, or a slot, with devices where they do not belong. */
export type Found = z.infer<typeof foundSchema>;

/** `time`: the interval is over. `verdict`: a server died or came back. `follow-up`: what an earlier scan waited for. */
export const triggerSchema = z.enum(['time', 'verdict', 'follow-up', 'request']);
export type Trigger = z.infer<typeof triggerSchema>;

export const scanRecordSchema = z.object({
  /** Milliseconds since 1970. */
  at: milliseconds,
  /** The replica that led. */
  by: name,
  trigger: triggerSchema,
  found: z.array(foundSchema),
  /** Found as well, and not named. */
  unnamed: count,
  /** How many of all found were ordered home. */
  ordered: count,
  /** Ordered home by earlier scans, and found no more. */
  healed: count,
  /** How many of all found were left, and why. */
  left: z.partialRecord(whySchema, count),
  /** Replicas that had not told of their proxies: there may be more. */
  missing: z.array(name),
});
/** One scan. */
export type ScanRecord = z.infer<typeof scanRecordSchema>;

export const scanStateSchema = z.object({
  /** When the next scan is due: milliseconds since 1970. Written before a scan begins. */
  nextAtMs: milliseconds,
  /** When the last scan began. */
  claimedAtMs: milliseconds,
  /** A scan that has begun and whose record is not here yet: if its leader is gone, it is done again. */
  running: z.object({ by: name, trigger: triggerSchema }).optional(),
  /** The last one first. */
  records: z.array(scanRecordSchema).max(MOST_RECORDS),
});
export type ScanState = z.infer<typeof scanStateSchema>;

/** Stored under `scan`, written by the leader alone. */
export const scan = jsonSingleton<ScanState>('scan state', 'scan', scanStateSchema);

/** The records with one more, so many of them and of their splits named as one value of etcd can hold. */
export function withRecord(records: readonly ScanRecord[], record: ScanRecord): ScanRecord[] {
  const older = records.slice(0, MOST_RECORDS - 1).map((one) => naming(one, OLDER_NAMED));
  let last = naming(record, MOST_NAMED);
  if (size([last, ...older]) <= MOST_BYTES) return [last, ...older];
  const bare = older.map((one) => naming(one, 0));
  while (last.found.length > 0 && size([last, ...bare]) > MOST_BYTES) {
    last = naming(last, Math.floor(last.found.length / 2));
  }
  return [last, ...bare];
}

function naming(record: ScanRecord, most: number): ScanRecord {
  const left = record.found.length - most;
  if (left <= 0) return record;
  return { ...record, found: record.found.slice(0, most), unnamed: record.unnamed + left };
}

const size = (records: readonly ScanRecord[]): number => Buffer.byteLength(JSON.stringify(records));
