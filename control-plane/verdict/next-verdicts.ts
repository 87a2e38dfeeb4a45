/** The verdicts that follow from what is known now: majority, hold-downs, avoidance and brake put together. Pure. */
import type { ServerVerdict, Verdicts } from '../model/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { nextAvoided } from './avoid.ts';
import { nextBrake } from './brake.ts';
import { foundBefore, nextRecord } from './hold-down.ts';
import { judge, type Finding, type ProxySight, type ServerSight } from './judge.ts';

export interface VerdictsInput {
  readonly state: Pick<ClusterState, 'servers' | 'assignment' | 'settings'>;
  readonly before: Verdicts;
  readonly proxies: readonly ProxySight[];
  readonly lease: (server: string, wasSuspect: boolean) => ServerSight['lease'];
  /** Milliseconds of the clock of `proxies`. */
  readonly now: number;
  /** The same moment in milliseconds since 1970. */
  readonly wallMs: number;
}

export interface NextVerdicts {
  readonly verdicts: Verdicts;
  /** Servers that have died just now. */
  readonly died: readonly string[];
  /** Milliseconds from now until time alone changes something; undefined: never. */
  readonly wakeInMs: number | undefined;
}

export function nextVerdicts(input: VerdictsInput): NextVerdicts {
  const { state, before: last, now, wallMs } = input;
  const { settings } = state;
  const ids = [...state.servers.values()].map(({ value }) => value.id);
  const records = new Map(Object.entries(last.servers));
  const { findings, proxies, wakeAt } = judge({
    servers: ids.map((id) => {
      const record = records.get(id);
      return {
        id,
        lease: input.lease(id, record?.state === 'suspect'),
        previous: foundBefore(record),
      };
    }),
    proxies: input.proxies,
    now,
    settings,
  });
  const serving = new Set(state.assignment?.servers);
  const counting = new Set(proxies);
  const sights = input.proxies.filter(({ proxy }) => counting.has(proxy));
  const servers: [string, ServerVerdict][] = [];
  const died: string[] = [];
  const wakes = wakeAt === undefined ? [] : [wakeAt - now];
  let all = 0;
  for (const [id, finding] of findings) {
    const isServing = serving.has(id);
    const before = records.get(id);
    const next = nextRecord({ record: before, finding, isServing, now: wallMs, settings });
    const record = next.record ?? plain(before, finding, wallMs);
    const { avoided, wakeMs: lookMs } = nextAvoided({
      server: id,
      before: before?.avoided,
      state: record.state,
      sinceMs: record.sinceMs,
      proxies: sights,
      now: wallMs,
      settings,
    });
    if (avoided !== undefined) servers.push([id, { ...record, avoided }]);
    else if (next.record !== undefined) servers.push([id, record]);
    if (next.died) died.push(id);
    for (const at of [next.wakeMs, lookMs]) if (at !== undefined) wakes.push(at - wallMs);
    // One that has never served does not matter to the share of the dead.
    if (isServing || (next.record?.deaths.length ?? 0) > 0) all++;
  }
  const { brake, wakeMs } = nextBrake({ brake: last.brake, died, servers: all, now: wallMs, settings });
  if (wakeMs !== undefined) wakes.push(wakeMs - wallMs);
  servers.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    verdicts: { servers: Object.fromEntries(servers), brake, proxies: [...proxies].sort() },
    died,
    wakeInMs: wakes.length === 0 ? undefined : Math.max(0, Math.min(...wakes)),
  };
}

/** A record of a server of which nothing else is to be said. */
function plain(before: ServerVerdict | undefined, { why }: Finding, now: number): ServerVerdict {
  const sinceMs = before?.state === 'alive' ? before.sinceMs : now;
  return { state: 'alive', sinceMs, deaths: [], why, sayDead: [], cannotSay: [] };
}
