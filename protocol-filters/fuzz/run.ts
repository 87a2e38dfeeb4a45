/** Runs scripts, and finds the shortest that still fails. */
import type { WasmModule } from '../host/index.ts';
import type { Event, Script } from './events.ts';
import { World } from './world.ts';

/** Runs a script in a fresh world and drains it. @returns what failed, or undefined */
export function failureOf(module: WasmModule, script: Script): Error | undefined {
  try {
    const world = new World(module, script.world);
    for (const event of script.events) world.run(event);
    world.drain();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Bounds shrinking, in events run; a world takes about as long to make as this many. */
const MOST_WORK = 3_000_000;
const WORLD_WORK = 5_000;

/** What is compared while shrinking: the same failure, whatever its numbers. */
function kindOf(error: Error): string {
  return `${error.name} ${error.message.replace(/[0-9a-f]{2,}|\d+|".*"/g, '#').slice(0, 60)}`;
}

/**
 * A script that fails in the same way and from which no event, run of events or half of a chunk can be taken away.
 */
export function shrink(module: WasmModule, script: Script, failure: Error): Script {
  const wanted = kindOf(failure);
  let best = script.events;
  let left = MOST_WORK;
  const fails = (events: Event[]): boolean => {
    left -= WORLD_WORK + events.length;
    if (left <= 0) return false;
    const found = failureOf(module, { world: script.world, events });
    return found !== undefined && kindOf(found) === wanted;
  };
  const attempt = (events: Event[]): boolean => {
    if (!fails(events)) return false;
    best = events;
    return true;
  };
  shrinkEvents(best, attempt, () => best);
  // What is left of connections that have nothing to do with it.
  const numbers = new Set(best.flatMap((event) => ('c' in event ? [event.c] : [])));
  for (const c of numbers) attempt(best.filter((event) => !('c' in event) || event.c !== c));
  for (let i = 0; i < best.length; i++) shrinkBytes(best, i, attempt, () => best);
  return { world: script.world, events: best };
}

/** Takes runs of events away, long ones first. */
function shrinkEvents(events: Event[], attempt: (events: Event[]) => boolean, current: () => Event[]): void {
  for (let size = Math.ceil(events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < current().length;) {
      if (!attempt([...current().slice(0, at), ...current().slice(at + size)])) at += size;
    }
  }
}

function shrinkBytes(
  events: Event[],
  index: number,
  attempt: (events: Event[]) => boolean,
  current: () => Event[],
): void {
  const event = events[index];
  if (event === undefined || !('bytes' in event)) return;
  for (let size = Math.ceil(event.bytes.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; ;) {
      const now = current()[index];
      if (now === undefined || !('bytes' in now) || at >= now.bytes.length) break;
      const bytes = Buffer.concat([now.bytes.subarray(0, at), now.bytes.subarray(at + size)]);
      const changed = [...current()];
      changed[index] = { ...now, bytes };
      if (!attempt(changed)) at += size;
    }
  }
}
