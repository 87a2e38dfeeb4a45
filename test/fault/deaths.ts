/** Whether servers are taken for dead. */
import { expect } from 'vitest';
import { verdicts } from '../../control-plane/model/index.ts';
import { getJson } from '../../local/http.ts';
import type { Part } from '../../local/topology.ts';
import { revisionNow, valuesSince } from './history.ts';
import type { RelayedStack } from './relayed-stack.ts';

interface VerdictsAnswer {
  readonly servers: readonly {
    readonly id: string;
    readonly state: string;
    readonly deaths: readonly string[];
  }[];
}

function verdictsOf({ addresses }: Part): Promise<VerdictsAnswer> {
  return getJson<VerdictsAnswer>(`${addresses.admin}/v1/verdicts`);
}

/** Servers that are dead or have died lately, as the replica knows. */
export async function deadServers(replica: Part): Promise<string[]> {
  const { servers } = await verdictsOf(replica);
  return servers.filter(({ state, deaths }) => state === 'dead' || deaths.length > 0).map(({ id }) => id);
}

/** Watches that no server dies. */
export class Deaths {
  private constructor(
    private readonly system: RelayedStack,
    private readonly since: number,
  ) {}

  static async since(system: RelayedStack): Promise<Deaths> {
    return new Deaths(system, await revisionNow(system.store));
  }

  /** That there was none: by what every replica says, and by all that was stored meanwhile. */
  async none(): Promise<void> {
    const { system, since } = this;
    for (const replica of system.controlPlanes) {
      const { servers } = await verdictsOf(replica);
      expect(servers.map(({ id }) => id)).toEqual(system.servers.map(({ id }) => id));
      expect(await deadServers(replica)).toEqual([]);
      const counted = await replica.metric('cohort_server_deaths_total');
      expect([...counted].filter(([, count]) => count !== 0)).toEqual([]);
    }
    for (const { value, revision } of await valuesSince(system.store, verdicts.prefix, since)) {
      const decoded = verdicts.decode('', value);
      if ('why' in decoded) throw new Error(`the verdicts at revision ${revision}: ${decoded.why}`);
      const dead = Object.entries(decoded.value.servers).filter(([, { deaths }]) => deaths.length > 0);
      expect(dead).toEqual([]);
    }
  }
}
