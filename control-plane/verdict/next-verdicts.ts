/** The verdicts that follow from what is known now: majority, hold-downs and brake put together. Pure. */
import type { Verdicts } from '../model/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { nextBrake } from './brake.ts';
import { foundBefore, nextRecord } from './hold-down.ts';
import { judge, type ProxySight, type ServerSight } from './judge.ts';

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
  const { state, before, now, wallMs } = input;
  const { settings } = state;
  const ids = [...state.servers.values()].map(({ value }) => value.id);
  const records = new Map(Object.entries(before.servers));
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
  const servers: [string, NonNullable<ReturnType<typeof nextRecord>['record']>][] = [];
  const died: string[] = [];
  const wakes = wakeAt === undefined ? [] : [wakeAt - now];
  let all = 0;
  for (const [id, finding] of findings) {
    const isServing = serving.has(id);
    const next = nextRecord({ record: records.get(id), finding, isServing, now: wallMs, settings });
    if (next.record !== undefined) servers.push([id, next.record]);
    if (next.died) died.push(id);
    if (next.wakeMs !== undefined) wakes.push(next.wakeMs - wallMs);
    // One that has never served does not matter to the share of the dead.
    if (isServing || (next.record?.deaths.length ?? 0) > 0) all++;
  }
  const { brake, wakeMs } = nextBrake({ brake: before.brake, died, servers: all, now: wallMs, settings });
  if (wakeMs !== undefined) wakes.push(wakeMs - wallMs);
  servers.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    verdicts: { servers: Object.fromEntries(servers), brake, proxies: [...proxies].sort() },
    died,
    wakeInMs: wakes.length === 0 ? undefined : Math.max(0, Math.min(...wakes)),
  };
}
