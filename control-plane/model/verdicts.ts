import { z } from 'zod';
import { jsonSingleton, type Kind } from './kind.ts';
import { idSchema } from './text.ts';

/** Milliseconds since 1970, by the leader's clock. */
const wallMs = z.int().min(0);

const avoidedSchema = z.object({
  sinceMs: wallMs,
  /** Every proxy reaches it again: it is avoided until then. Left out: one does not. */
  untilMs: wallMs.optional(),
  /** Proxies that do not reach it, or did not last; the first few. */
  proxies: z.array(idSchema),
});
/** A server that lives, but not for every proxy. */
export type Avoided = z.infer<typeof avoidedSchema>;

/** What differs from a server that is plainly alive. */
const serverVerdictSchema = z.object({
  /** `dead`: what it has moves away. `suspect`: it keeps what it has and gets nothing new. */
  state: z.enum(['alive', 'suspect', 'dead']),
  /** Since when it is in this state. */
  sinceMs: wallMs,
  /** When it died, within `Settings.flapWindowMs`; of a dead server the last time, however long ago. The oldest first. */
  deaths: z.array(wallMs).max(64),
  /** Dead, but seen alive again: it counts as dead until then. */
  heldUntilMs: wallMs.optional(),
  /** When it came back from the dead, within `Settings.flapWindowMs`. */
  returnedMs: wallMs.optional(),
  /** For people. */
  why: z.string().max(256),
  /** Proxies that say it is dead; the first few. */
  sayDead: z.array(idSchema),
  /** Proxies that count and say nothing; the first few. */
  cannotSay: z.array(idSchema),
  /** A proxy has not reached it for `Settings.unreachedMs`: while it lives, it keeps what it has and gets nothing new. */
  avoided: avoidedSchema.optional(),
});
export type ServerVerdict = z.infer<typeof serverVerdictSchema>;

const brakeSchema = z.object({
  /** Nothing moves away from servers that died since `sinceMs`. */
  engaged: z.boolean(),
  /** When it was engaged or released last; 0: never. */
  sinceMs: wallMs,
  /** When time releases it; 0: it is not engaged. */
  untilMs: wallMs,
  /** The last death of each server within `Settings.brakeWindowMs`; while engaged, also those that engaged it. */
  deaths: z.array(z.object({ server: idSchema, atMs: wallMs })),
  /** When it was released last, by time or an operator; deaths before then do not engage it again. */
  releasedMs: wallMs.optional(),
});
export type Brake = z.infer<typeof brakeSchema>;

/** The leader's verdicts, so that the next leader goes on with them. Stored under `verdicts`. */
export const verdictsSchema = z.object({
  /** By id: servers that are not plainly alive. */
  servers: z.record(idSchema, serverVerdictSchema),
  brake: brakeSchema,
  /** Proxies that counted: a next leader that has not heard of one waits for it. */
  proxies: z.array(idSchema).default([]),
});
export type Verdicts = z.infer<typeof verdictsSchema>;

export const NO_BRAKE: Brake = { engaged: false, sinceMs: 0, untilMs: 0, deaths: [] };

/** Every server is plainly alive. */
export const NO_VERDICTS: Verdicts = { servers: {}, brake: NO_BRAKE, proxies: [] };

/** Bytes beyond which names of proxies are left out: etcd takes 1.5 MiB in one request. */
const MOST_VERDICTS_BYTES = 1024 * 1024;
/** Proxies that a verdict names. */
const MOST_NAMED = 10;

const kind = jsonSingleton<Verdicts>('verdicts', 'verdicts', verdictsSchema);

/** Every verdict names ten proxies at most for each reason; fewer, or none, where the whole would be over 1 MiB. */
export const verdicts: Kind<Verdicts> = {
  ...kind,
  encode: (value) => {
    for (const most of [MOST_NAMED, 2]) {
      const bytes = kind.encode(naming(value, most));
      if (bytes.length <= MOST_VERDICTS_BYTES) return bytes;
    }
    return kind.encode(naming(value, 0));
  },
};

function naming(value: Verdicts, most: number): Verdicts {
  const servers = Object.entries(value.servers).map(([id, verdict]) => {
    const { sayDead, cannotSay, avoided } = verdict;
    const names = { sayDead: sayDead.slice(0, most), cannotSay: cannotSay.slice(0, most) };
    const unreached = avoided && { avoided: { ...avoided, proxies: avoided.proxies.slice(0, most) } };
    return [id, { ...verdict, ...names, ...unreached }] as const;
  });
  return { ...value, servers: Object.fromEntries(servers) };
}
