/** What `cohort up` does: starts everything, tells how it goes, and ends it all. */
import type { DemoServerStatus } from '../demo/server.ts';
import { Context } from './context.ts';
import { controlView, reportedSeats } from './control-view.ts';
import { getJson } from './http.ts';
import type { UpOptions } from './options.ts';
import { fleet, type FleetProcess } from './parts/fleet.ts';
import type { Reporter } from './reporter.ts';
import { seatsOfServers, type Seats, type ServerView } from './seats.ts';
import { LocalStack } from './stack.ts';
import { isWhole, summaryOf, type Status } from './status.ts';

export interface UpIo {
  readonly reporter: Reporter;
  /** A line of progress. */
  readonly say: (line: string) => void;
  /** Aborted: the user wants it all to end. */
  readonly signal: AbortSignal;
}

const SECOND_MS = 1_000;

/**
 * Runs until `durationSeconds` have passed since everything was ready, or until interrupted; then nothing that it started
 * is left. @returns whether all was as it should be; undefined when it was interrupted
 *
 * @throws Error when a part does not come up
 */
export async function up(options: UpOptions, { reporter, say, signal }: UpIo): Promise<boolean | undefined> {
  const context = await Context.make(say, signal);
  try {
    const stack = await LocalStack.start(context, options);
    reporter.ready(stack.description());
    const readyAt = performance.now();
    const devices = await startFleet(context, stack, options);
    const deadline = readyAt + (options.durationSeconds ?? Infinity) * SECOND_MS;
    for (let second = 1; !signal.aborted; second++) {
      const next = Math.min(readyAt + second * SECOND_MS, deadline);
      await pause(next - performance.now(), signal);
      if (signal.aborted) break;
      const isLast = performance.now() >= deadline;
      const status = await observe(stack, options, devices, isLast);
      if (!isLast) {
        reporter.status(status);
        continue;
      }
      const { leader: _, assignment: _1, proxies: _2, appliedBy: _3, ...summary } = status;
      const whole = isWhole(summary);
      reporter.summary(summary, whole);
      return whole;
    }
    return undefined;
  } catch (error) {
    // What fails because it was interrupted is no failure.
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    say('ending everything');
    await context.stop();
  }
}

async function startFleet(
  context: Context,
  stack: LocalStack,
  { devices, organizations }: UpOptions,
): Promise<FleetProcess | undefined> {
  if (devices === 0) return undefined;
  const process = fleet(context, { devices, organizations, proxies: stack.proxies });
  await process.part.start();
  return process;
}

/** @param mustKnow who sits where: else, what cannot be asked is taken for nobody */
async function observe(
  stack: LocalStack,
  options: UpOptions,
  devices: FleetProcess | undefined,
  mustKnow: boolean,
): Promise<Status> {
  const [seats, { servers: _, ...control }] = await Promise.all([
    seatsOf(stack, options, mustKnow),
    controlView(stack),
  ]);
  // Devices that a fleet had when it ended are connected no more.
  const fleetStatus = devices && {
    ...devices.status,
    ...(devices.part.pid === undefined ? { connected: 0 } : {}),
  };
  return { ...summaryOf(fleetStatus, seats), ...control };
}

async function seatsOf(stack: LocalStack, options: UpOptions, mustKnow: boolean): Promise<Seats> {
  if (typeof options.servers === 'number')
    return seatsOfServers(await Promise.all(stack.servers.map(askServer)));
  const ids = stack.servers.map(({ id }) => id);
  try {
    return await reportedSeats(stack, ids);
  } catch (error) {
    if (mustKnow) throw error;
    return seatsOfServers(ids.map((id) => ({ id, connections: 0, organizations: [] })));
  }
}

/** A server that does not answer has nobody. */
async function askServer({ id, addresses }: LocalStack['servers'][number]): Promise<ServerView> {
  try {
    const { connections, organizations } = await getJson<DemoServerStatus>(addresses.status ?? '');
    return { id, connections, organizations: Object.keys(organizations) };
  } catch {
    return { id, connections: 0, organizations: [] };
  }
}

/** Resolves after `ms`, or at once when it is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
