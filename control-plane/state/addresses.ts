/**
 * From the servers' host names to IP addresses: proxies are sent nothing else, since a host name in a health check aborts
 * Envoy. Pure; who looks names up is `resolver.ts`.
 */
import { isIP } from 'node:net';
import type { Address, Server } from '../model/index.ts';

/** Host name → the IP address it stands for. */
export type Resolved = ReadonlyMap<string, string>;

/** A server's port that cannot be sent to the proxies. */
export interface Unresolved {
  readonly server: string;
  readonly portKind: string;
  readonly host: string;
}

/** An IP address that Envoy takes: none with a zone. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0 && !host.includes('%');
}

/** The host names that must be looked up, each once, in order. */
export function hostNames(servers: Iterable<Server>, others: Iterable<Pick<Address, 'host'>> = []): string[] {
  const names = new Set<string>();
  for (const { host } of others) if (!isAddress(host)) names.add(host);
  for (const { ports } of servers) {
    for (const { host } of Object.values(ports)) if (!isAddress(host)) names.add(host);
  }
  return [...names].sort();
}

/** The address of a host; undefined: not known (yet). */
export function addressOf(host: string, resolved: Resolved): string | undefined {
  return isAddress(host) ? host : resolved.get(host);
}

/**
 * Which of several addresses: all replicas must come to the same, whatever the order of the answer. IPv4 first, since not
 * every proxy has IPv6; then the lowest.
 */
export function chooseAddress(addresses: readonly string[]): string | undefined {
  const usable = addresses.filter(isAddress);
  return usable.sort((a, b) => isIP(a) - isIP(b) || (a < b ? -1 : a > b ? 1 : 0))[0];
}
