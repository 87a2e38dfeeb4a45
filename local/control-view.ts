/** What the control plane says, asked over its admin interface. */
import { getJson, getText } from './http.ts';
import { seatsOfMetrics, type Seats } from './seats.ts';
import type { ControlView } from './status.ts';
import type { Topology } from './topology.ts';

interface Position {
  readonly epoch: string;
  readonly version: string;
}

/** The part of the answers that is read. */
export interface AssignmentAnswer extends Position {
  readonly servers: readonly { readonly id: string }[];
}
interface ProxiesAnswer {
  readonly proxies: readonly { readonly id: string; readonly applied: Position | null }[];
}

type Where = Pick<Topology, 'controlPlanes' | 'adminToken'>;

/** Asks one replica after the other. @throws Error of the last one when none has an answer */
export async function askControlPlane<T>(
  { controlPlanes, adminToken }: Where,
  path: string,
  ask: (url: string, options: { token?: string }) => Promise<T> = getJson<T>,
): Promise<T> {
  let last: unknown = new Error('there is no control plane');
  for (const { addresses } of controlPlanes) {
    try {
      return await ask(`${addresses.admin}${path}`, adminToken === undefined ? {} : { token: adminToken });
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** What is not known is left out: a control plane that is away is a state and no error. */
export async function controlView(
  where: Where,
): Promise<ControlView & { readonly servers: readonly string[] }> {
  const known = <T>(path: string): Promise<T | undefined> =>
    askControlPlane<T>(where, path).catch(() => undefined);
  const [leader, assignment, proxies] = await Promise.all([
    known<{ id: string }>('/v1/leader'),
    known<AssignmentAnswer>('/v1/assignment'),
    known<ProxiesAnswer>('/v1/proxies'),
  ]);
  const all = proxies?.proxies ?? [];
  return {
    leader: leader?.id,
    assignment: assignment && `${assignment.epoch}.${assignment.version}`,
    proxies: all.length,
    appliedBy: all.filter(({ applied }) => assignment !== undefined && hasReached(applied, assignment))
      .length,
    servers: assignment?.servers.map(({ id }) => id) ?? [],
  };
}

function hasReached(applied: Position | null, assignment: Position): boolean {
  return applied?.epoch === assignment.epoch && BigInt(applied.version) >= BigInt(assignment.version);
}

/** Who sits where by the proxies' reports. @throws Error when no leader answers */
export async function reportedSeats(where: Where, servers: readonly string[]): Promise<Seats> {
  const { id } = await askControlPlane<{ id: string }>(where, '/v1/leader');
  // The leader alone has them.
  const controlPlanes = where.controlPlanes.filter((replica) => replica.id === id);
  return seatsOfMetrics(await askControlPlane({ ...where, controlPlanes }, '/metrics', getText), servers);
}
