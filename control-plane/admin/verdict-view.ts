/** Verdicts as REST shows them. */
import { z } from 'zod';
import type { Avoided, Brake, Verdicts } from '../model/index.ts';

const time = z.iso.datetime();

const avoidedSchema = z.strictObject({
  since: time,
  until: time.nullable().describe('Null while a proxy does not reach it.'),
  proxies: z.array(z.string()),
});

export const verdictSchema = z
  .strictObject({
    state: z.enum(['alive', 'suspect', 'dead']),
    since: time.nullable(),
    why: z.string(),
    deaths: z.array(time).describe('The last ten minutes’.'),
    heldUntil: time.nullable().describe('Dead, but seen alive again: it counts as dead until then.'),
    returned: time.nullable(),
    sayDead: z.array(z.string()).describe('Proxies; the first few.'),
    cannotSay: z.array(z.string()),
    avoided: avoidedSchema.nullable().describe('A proxy has not reached it for long: it gets nothing new.'),
  })
  .meta({ id: 'Verdict' });

/** The verdict on a server. */
export function verdictView(
  { servers }: Pick<Verdicts, 'servers'>,
  id: string,
): z.infer<typeof verdictSchema> {
  const verdict = Object.hasOwn(servers, id) ? servers[id] : undefined;
  return {
    state: verdict?.state ?? 'alive',
    since: timeOf(verdict?.sinceMs),
    why: verdict?.why ?? 'no proxy says that it is dead',
    deaths: (verdict?.deaths ?? []).map((at) => new Date(at).toISOString()),
    heldUntil: timeOf(verdict?.heldUntilMs),
    returned: timeOf(verdict?.returnedMs),
    sayDead: [...(verdict?.sayDead ?? [])],
    cannotSay: [...(verdict?.cannotSay ?? [])],
    avoided: avoidedView(verdict?.avoided),
  };
}

function avoidedView(avoided: Avoided | undefined): z.infer<typeof avoidedSchema> | null {
  if (avoided === undefined) return null;
  const { sinceMs, untilMs, proxies } = avoided;
  return { since: new Date(sinceMs).toISOString(), until: timeOf(untilMs), proxies: [...proxies] };
}

export const brakeSchema = z
  .strictObject({
    engaged: z.boolean(),
    since: time.nullable(),
    until: time.nullable(),
    released: time.nullable(),
    deaths: z.array(z.strictObject({ server: z.string(), at: time })),
  })
  .meta({ id: 'Brake' });

export function brakeView({
  engaged,
  sinceMs,
  untilMs,
  deaths,
  releasedMs,
}: Brake): z.infer<typeof brakeSchema> {
  return {
    engaged,
    since: engaged ? timeOf(sinceMs) : null,
    until: engaged ? timeOf(untilMs) : null,
    released: timeOf(releasedMs),
    deaths: deaths.map(({ server, atMs }) => ({ server, at: new Date(atMs).toISOString() })),
  };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
