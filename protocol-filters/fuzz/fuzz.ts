/** The fuzzer's loop: world after world, batch after batch, until told to stop or something fails. */
import type { WasmModule } from '../host/index.ts';
import type { Event, Script } from './events.ts';
import { BATCH, batch, WORLD_BATCHES, worldOf } from './generate/batch.ts';
import { MovingWorld, WAVES } from './moves.ts';
import { failureOf, shrink } from './run.ts';
import { Violation } from './violation.ts';
import { World } from './world.ts';

/** After these a world has seen its busiest moments. */
const WARM_BATCHES = 20;
/** Tables grow with the busiest moment, in powers of two: all of them together by this much, in bytes, after the warm-up. */
const MOST_GROWTH = 16_384;
/** The same in pages of 64 KiB, of which memory grows by four at once. */
const MOST_PAGES = 4;

export interface Summary {
  sessions: number;
  connections: number;
  inputs: number;
  /** Devices that were told to reconnect. */
  redirected: number;
  /** Of 64 KiB: the most that any VM had. */
  pages: number;
}

export interface Failure {
  error: Error;
  /** The first session of the batch that failed. */
  session: number;
  /** The smallest script that was found to fail so; undefined where a world of `moves.ts` failed. */
  script: Script | undefined;
  /** Of that world the seed. */
  moves?: number;
}

/** Does a world's memory stay as it was? It is looked at after each batch, when every connection is closed. */
class MemoryCheck {
  private used: number | undefined;
  private pages: number | undefined;

  constructor(private readonly world: World) {}

  /** @throws Violation */
  check(batches: number): void {
    const { usedBytes, pages, hasAssignment } = this.world;
    if (batches < WARM_BATCHES || !hasAssignment) return;
    this.used ??= usedBytes;
    this.pages ??= pages;
    if (usedBytes !== undefined && usedBytes > (this.used ?? 0) + MOST_GROWTH) {
      throw new Violation(
        `${usedBytes} bytes are in use after ${batches} batches; it was ${String(this.used)}`,
      );
    }
    if (pages > this.pages + MOST_PAGES) {
      throw new Violation(`memory has ${pages} pages after ${batches} batches; it was ${this.pages}`);
    }
  }
}

/**
 * @param modules worlds take them in turn
 * @param enough is asked after each batch how many sessions have been run
 */
export function fuzz(
  modules: readonly WasmModule[],
  seed: number,
  enough: (sessions: number) => boolean,
): Summary & { failure: Failure | undefined } {
  const summary: Summary = { sessions: 0, connections: 0, inputs: 0, redirected: 0, pages: 0 };
  for (let first = 0; ; first += WORLD_BATCHES) {
    const worldSeed = worldOf(seed, first);
    const module = modules[(first / WORLD_BATCHES) % modules.length] as WasmModule;
    const world = new World(module, worldSeed);
    const memory = new MemoryCheck(world);
    let error: unknown;
    let number = first;
    for (; number < first + WORLD_BATCHES && !enough(summary.sessions); number++) {
      try {
        for (const event of batch(seed, number)) world.run(event);
        world.drain();
        memory.check(number - first);
      } catch (thrown) {
        error = thrown;
        break;
      }
      summary.sessions += BATCH;
    }
    summary.connections += world.connections;
    summary.inputs += world.inputs;
    summary.pages = Math.max(summary.pages, world.pages);
    if (error !== undefined) {
      return { ...summary, failure: explain(module, seed, worldSeed, first, number, error) };
    }
    if (enough(summary.sessions)) return { ...summary, failure: undefined };
    const moves = move(module, worldSeed, summary);
    if (moves !== undefined)
      return {
        ...summary,
        failure: { error: moves, session: first * BATCH, script: undefined, moves: worldSeed },
      };
  }
}

/** A world in which everybody moves. @returns what failed */
export function move(module: WasmModule, seed: number, summary: Omit<Summary, 'pages'>): Error | undefined {
  const world = new MovingWorld(module, seed);
  try {
    for (let wave = 0; wave < WAVES; wave++) world.wave(wave);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } finally {
    summary.connections += world.connections;
    summary.inputs += world.inputs;
    summary.redirected += world.redirected;
  }
}

/** The failing batch alone or, where it takes what went before, the world's batches so far; made small. */
function explain(
  module: WasmModule,
  seed: number,
  world: number,
  first: number,
  number: number,
  thrown: unknown,
): Failure {
  const session = number * BATCH;
  const history: Event[] = [];
  for (let i = first; i <= number; i++) history.push(...batch(seed, i), { do: 'drain' });
  for (const events of [batch(seed, number), history]) {
    const script = { world, events };
    const found = failureOf(module, script);
    if (found === undefined) continue;
    const small = shrink(module, script, found);
    return { session, script: small, error: failureOf(module, small) ?? found };
  }
  // Growth of memory shows over many batches only.
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { session, error, script: { world, events: history } };
}
