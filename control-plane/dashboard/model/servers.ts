/** Servers as the list shows them. Pure. */
import type { OverviewServer } from '../data/rest.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'calm';

export interface Badge {
  readonly text: string;
  readonly tone: Tone;
  /** The same in a sentence. */
  readonly title: string;
}

/** What there is to know about how it is, the worst first. Nothing: all is well. */
export function badgesOf(server: OverviewServer): Badge[] {
  const badges: Badge[] = [];
  const add = (text: string, tone: Tone, title: string): void => void badges.push({ text, tone, title });
  if (server.verdict === 'dead') {
    if (server.held)
      add('held', 'warn', 'It was dead and is seen alive again; it counts as dead for a while');
    else add('dead', 'bad', 'Most proxies say that it is dead');
  }
  if (server.verdict === 'suspect') add('suspect', 'warn', 'It has lost its lease');
  if (server.state === 'draining') {
    const isEmpty = server.connections === 0;
    if (isEmpty) add('drained', 'calm', 'It drains, and no device is left on it');
    else add('draining', 'warn', 'Its devices are moving to other servers');
  }
  if (server.avoided) add('avoided', 'warn', 'A proxy has not reached it for long: it gets nothing new');
  if (server.quarantine !== null) add('quarantine', 'warn', `${server.quarantine} has it to itself`);
  if (!server.assigned && server.state === 'active' && server.verdict === 'alive') {
    add('waiting', 'calm', 'No proxy sends devices there yet');
  }
  return badges;
}

export type SortKey = 'id' | 'load' | 'connections' | 'organizations' | 'slots';

export interface ServerQuery {
  /** Part of the id. */
  readonly text: string;
  readonly sort: SortKey;
  readonly descending: boolean;
}

export function listed(servers: readonly OverviewServer[], query: ServerQuery): OverviewServer[] {
  const text = query.text.trim().toLowerCase();
  const found = servers.filter(
    (server) =>
      server.id.toLowerCase().includes(text) || badgesOf(server).some((badge) => badge.text === text),
  );
  const sign = query.descending ? -1 : 1;
  return found.sort((a, b) => sign * compare(a, b, query.sort) || byId(a, b));
}

function compare(a: OverviewServer, b: OverviewServer, key: SortKey): number {
  if (key === 'id') return byId(a, b);
  if (key === 'load') return (a.worst?.share ?? -1) - (b.worst?.share ?? -1);
  return a[key] - b[key];
}

function byId(a: OverviewServer, b: OverviewServer): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export interface Dimension {
  readonly name: string;
  readonly used: number;
  /** Null: none is known. */
  readonly limit: number | null;
  readonly share: number | null;
  readonly tone: Tone;
}

/** Connections, processor and memory first, then its own. */
export function dimensionsOf(server: OverviewServer, ceiling: number): Dimension[] {
  const known = ['connections', 'cpu', 'memory'];
  const place = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  return Object.entries(server.load)
    .map(([name, usage]) => ({ name, ...usage, tone: loadTone(usage.share, ceiling) }))
    .sort((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : 1));
}

/** Against the ceiling, over which a server gives devices away. */
export function loadTone(share: number | null, ceiling: number): Tone {
  if (share === null) return 'calm';
  if (share > ceiling) return 'bad';
  return share > 0.9 * ceiling ? 'warn' : 'good';
}

export const DIMENSION_TITLE: Readonly<Record<string, string>> = {
  connections: 'Connections',
  cpu: 'CPU',
  memory: 'Memory',
};
