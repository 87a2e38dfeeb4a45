/** A batch: sessions that run side by side in one world, with time passing and configurations coming in. */
import type { Event } from '../events.ts';
import { Random } from '../random.ts';
import { LISTENER_NAMES, listenersOf } from './declared.ts';
import { nonsense } from './nonsense.ts';
import { silentSession, tcpSession, webSocketSession, type Queue } from './session.ts';

/** Sessions of one batch. */
export const BATCH = 48;
/** Batches that a world lives for. */
export const WORLD_BATCHES = 200;

/** Something that happens to the proxy and to no connection of its own; mostly nothing. */
function worldEvent(random: Random): Event | undefined {
  const kind = random.below(3000);
  if (kind < 40) return { do: 'wait', ms: random.pick([1, 249, 250, 251, 500, 750]) };
  if (kind < 48) return { do: 'wait', ms: random.pick([1000, 2000, 5250]) };
  if (kind < 49) return { do: 'wait', ms: 11_000 };
  if (kind < 64)
    return { do: 'reports', fate: random.pick(['answered', 'answered', 'failed', 'unanswered']) };
  if (kind < 70)
    return { do: 'stray', worker: random.below(3), token: random.next(), status: random.pick([0, 0, 1, 14]) };
  if (kind < 74)
    return { do: 'assign', step: random.pick([1, 1, 1, 2, 0, -1, -5, 1000]), table: random.below(4) };
  if (kind < 76) {
    return {
      do: 'settings',
      listener: random.pick(LISTENER_NAMES),
      timeoutMs: random.pick([1, 250, 251, 1000, 10_000]),
    };
  }
  if (kind < 78) return { do: 'nonsense', plugin: random.pick(LISTENER_NAMES), bytes: nonsense(random) };
  return undefined;
}

function sessions(random: Random, world: number): Queue[] {
  const kinds = listenersOf(world);
  const tcp = kinds.filter(({ protocol }) => protocol !== 'WEBSOCKET');
  const http = kinds.filter(({ protocol }) => protocol === 'WEBSOCKET');
  const queues: Queue[] = [];
  let next = 0;
  for (let group = 0; group < BATCH; group++) {
    const kind = random.weighted({ tcp: 12, silent: 1, webSocket: 5 });
    const numbers = (): number => next++;
    if (kind === 'tcp') queues.push(...tcpSession(random, numbers, group, random.pick(tcp)));
    else if (kind === 'silent') queues.push(...silentSession(random, numbers, random.pick(tcp)));
    else queues.push(...webSocketSession(random, numbers, random.pick(http)));
  }
  return queues;
}

/** The seed of the world in which a batch runs. */
export function worldOf(seed: number, number: number): number {
  return new Random(seed, ~(number - (number % WORLD_BATCHES))).next();
}

/** The batch of that number: `number` and the seed decide it. */
export function batch(seed: number, number: number): Event[] {
  const random = new Random(seed, number);
  const queues = sessions(random, worldOf(seed, number));
  const events: Event[] = [];
  const positions = queues.map(() => 0);
  const atOnce = random.pick([1, 4, 24, queues.length]);
  let open = 0;
  const active: number[] = [];
  while (active.length > 0 || open < queues.length) {
    while (active.length < atOnce && open < queues.length) active.push(open++);
    const at = random.below(active.length);
    const index = active[at] as number;
    const queue = queues[index] as Queue;
    // Several in a row: most chunks of a device come together.
    for (let i = random.between(1, 12); i > 0; i--) {
      const event = queue[positions[index] as number];
      if (event === undefined) break;
      events.push(event);
      positions[index] = (positions[index] as number) + 1;
    }
    if (positions[index] === queue.length) active.splice(at, 1);
    const extra = worldEvent(random);
    if (extra !== undefined) events.push(extra);
  }
  return events;
}
