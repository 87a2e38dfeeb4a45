/** What a server uses of what it has, by dimension. Pure. */
import type { AgentStatus, Server } from '../model/index.ts';

/** What devices connect to: every server has it. */
export const CONNECTIONS = 'connections';

export interface Usage {
  readonly used: number;
  /** `Infinity`: none is known. */
  readonly limit: number;
}

export interface UsageInput {
  readonly server: Server;
  /** Undefined: no agent speaks for it. */
  readonly status: AgentStatus | undefined;
  /** Connections to it, by the proxies' reports. */
  readonly connections: number;
}

/**
 * By dimension: `connections`, `cpu` in cores, `memory` in bytes, and the numbers that the server publishes by their names.
 * What is not measured is left out. Connections are those that the proxies report, or the server's own count where that is
 * more; the limit of them is the server's capacity as it is stored, else what its agent says.
 */
export function usageOf({ server, status, connections }: UsageInput): Map<string, Usage> {
  const { cpu, memory, connections: own, custom = {} } = status?.load ?? {};
  const usage = new Map<string, Usage>();
  const limit = server.capacity?.connections ?? own?.limit ?? Infinity;
  usage.set(CONNECTIONS, { used: Math.max(connections, own?.used ?? 0), limit });
  for (const [name, one] of [['cpu', cpu] as const, ['memory', memory] as const, ...Object.entries(custom)]) {
    if (one !== undefined && !usage.has(name))
      usage.set(name, { used: one.used, limit: one.limit ?? Infinity });
  }
  return usage;
}
