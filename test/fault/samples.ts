/** What is to be seen of a system again and again while something goes on in it. */
import type { Topology } from '../../local/topology.ts';
import { seats } from '../integration/system.ts';
import { assignmentNow } from './routes.ts';
import type { SettledOptions } from './settled.ts';

/** Calls `look` again and again, `intervalMs` after its last answer, until stopped; answers that fail are left out. */
export class Sampler<T> {
  readonly samples: { readonly atMs: number; readonly value: T }[] = [];
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly look: () => Promise<T>,
    private readonly intervalMs: number,
  ) {
    this.running = this.run();
  }

  /** Resolves when the last look is over. Safe to call twice. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const atMs = performance.now();
      const value = await this.look().catch(() => undefined);
      if (value !== undefined) this.samples.push({ atMs, value });
      await new Promise((resolve) => setTimeout(resolve, this.intervalMs));
    }
  }
}

/** Slots of each server, as the assignment says. */
export function slotSampler(system: Topology): Sampler<Map<string, number>> {
  return new Sampler(async () => {
    const { servers } = await assignmentNow(system);
    return new Map(servers.map(({ id, slots }) => [id, slots]));
  }, 100);
}

/** Organizations that are on several servers, as these say. */
export function splitSampler(
  { servers }: Pick<Topology, 'servers'>,
  { away = [] }: SettledOptions = {},
): Sampler<string[]> {
  const asked = servers.filter((server) => !away.includes(server));
  return new Sampler(async () => {
    const found = await seats({ servers: asked });
    return [...found].filter(([, on]) => on.size > 1).map(([organization]) => organization);
  }, 250);
}

/** The longest time without a break for which any organization was split, in milliseconds. */
export function longestSplit(samples: Sampler<string[]>['samples']): number {
  const since = new Map<string, number>();
  let longest = 0;
  for (const { atMs, value } of samples) {
    for (const organization of since.keys()) if (!value.includes(organization)) since.delete(organization);
    for (const organization of value) {
      const first = since.get(organization) ?? atMs;
      since.set(organization, first);
      longest = Math.max(longest, atMs - first);
    }
  }
  return longest;
}

/**
 * The most by which the slots of a server have grown beyond a rate within any time, in slots.
 *
 * @param perMinute slots
 */
export function growthBeyond(
  samples: Sampler<Map<string, number>>['samples'],
  server: string,
  perMinute: number,
): number {
  let most = 0;
  let lowest = Infinity;
  for (const { atMs, value } of samples) {
    // How far the count is above a line that rises at this rate.
    const above = (value.get(server) ?? 0) - (perMinute * atMs) / 60_000;
    lowest = Math.min(lowest, above);
    most = Math.max(most, above - lowest);
  }
  return most;
}
