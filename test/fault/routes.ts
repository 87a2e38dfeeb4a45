/** What the control plane has made of a fault, asked closely. */
import { askControlPlane } from '../../local/control-view.ts';
import type { Part, Topology } from '../../local/topology.ts';
import { waitFor } from '../harness/wait.ts';
import type { AssignmentAnswer } from '../integration/system.ts';

const POLL_MS = 20;

/** Of `/v1/verdicts`. */
export interface VerdictAnswer {
  readonly id: string;
  readonly state: 'alive' | 'suspect' | 'dead';
  readonly why: string;
  readonly deaths: readonly string[];
  readonly heldUntil: string | null;
  readonly avoided: object | null;
}

async function verdicts(system: Topology): Promise<readonly VerdictAnswer[]> {
  return (await askControlPlane<{ servers: VerdictAnswer[] }>(system, '/v1/verdicts')).servers;
}

/** That no server has died so far. @throws Error otherwise: on a busy machine servers may be late with their answers */
export async function allAlive(system: Topology): Promise<void> {
  const died = (await verdicts(system)).filter(({ deaths }) => deaths.length > 0);
  if (died.length === 0) return;
  const names = died.map(({ id }) => id).join(', ');
  throw new Error(
    `${names} seemed dead before anything was done to them: the machine is too busy for this test`,
  );
}

/** The verdict on a server. */
export async function verdictOn(system: Topology, { id }: Part): Promise<VerdictAnswer> {
  const servers = await verdicts(system);
  const found = servers.find((server) => server.id === id);
  if (found === undefined) throw new Error(`there is no verdict on ${id}`);
  return found;
}

/** Resolves when the verdict on a server is this. */
export async function verdictIs(
  system: Topology,
  server: Part,
  state: VerdictAnswer['state'],
  timeout = 60_000,
): Promise<void> {
  let seen: unknown;
  await waitFor(
    async () => {
      const verdict = await verdictOn(system, server);
      seen = verdict;
      return verdict.state === state;
    },
    { what: `${server.id} to be ${state}`, timeout, interval: POLL_MS, describe: () => seen },
  );
}

/** The assignment without its slots: cheap to ask for often. */
export function assignmentNow(system: Topology): Promise<Omit<AssignmentAnswer, 'slots'>> {
  return askControlPlane<Omit<AssignmentAnswer, 'slots'>>(system, '/v1/assignment');
}

interface ProxiesAnswer {
  readonly proxies: readonly {
    readonly id: string;
    readonly applied: { readonly epoch: string; readonly version: string } | null;
  }[];
}

/**
 * Resolves when every proxy has told that it routes by the table of an assignment that fulfils the condition, or by a later
 * one: what proxies tell, they tell once a second.
 */
export async function everywhere(
  system: Topology,
  what: string,
  condition: (assignment: Omit<AssignmentAnswer, 'slots'>) => boolean,
  timeout = 60_000,
): Promise<void> {
  let seen: unknown;
  const { epoch, tableVersion } = await waitFor(
    async () => {
      const now = await assignmentNow(system);
      seen = now;
      return condition(now) && now;
    },
    { what, timeout, interval: POLL_MS, describe: () => seen },
  );
  await waitFor(
    async () => {
      const { proxies } = await askControlPlane<ProxiesAnswer>(system, '/v1/proxies');
      seen = proxies.map(({ id, applied }) => ({ id, applied }));
      const late = proxies.filter(
        ({ applied }) =>
          applied === null ||
          BigInt(applied.epoch) < BigInt(epoch) ||
          (applied.epoch === epoch && BigInt(applied.version) < BigInt(tableVersion)),
      );
      return proxies.length === system.proxies.length && late.length === 0;
    },
    {
      what: `every proxy to route by table ${epoch}.${tableVersion} (${what})`,
      timeout,
      interval: POLL_MS,
      describe: () => seen,
    },
  );
}

/** Whether an assignment gives a server nothing. */
export function isWithout(server: Part): (assignment: Omit<AssignmentAnswer, 'slots'>) => boolean {
  return ({ servers }) => !servers.some(({ id, slots }) => id === server.id && slots > 0);
}
