/** What goes wrong in a round of the campaign, decided by a seed alone. Pure. */
import { Random } from '../../../protocol-filters/fuzz/random.ts';

/** Parts are named by their ids. */
export type Fault =
  | { readonly kind: 'kill' | 'freeze' | 'silence'; readonly part: string }
  | { readonly kind: 'cut'; readonly part: string; readonly from: string };

/** Times in milliseconds from the beginning of the round. */
export interface Planned {
  readonly fault: Fault;
  readonly beginMs: number;
  readonly endMs: number;
}

/** In the order in which they begin. When the last of them has ended the system is whole again. */
export type Round = readonly Planned[];

export interface Parts {
  readonly etcd: readonly string[];
  readonly controlPlanes: readonly string[];
  readonly proxies: readonly string[];
  readonly servers: readonly string[];
}

const MOST_FAULTS = 4;
const LATEST_BEGIN_MS = 5_000;
const SHORTEST_MS = 500;
const LONGEST_MS = 15_000;

/** How often each comes up against the others. */
const WEIGHTS = {
  'kill server': 4,
  'freeze server': 3,
  'silence server': 3,
  'cut proxy from server': 5,
  'kill proxy': 3,
  'freeze proxy': 1,
  'cut proxy from control plane': 3,
  'kill control plane': 3,
  'freeze control plane': 3,
  'cut control plane from etcd': 3,
  'kill etcd': 2,
  'freeze etcd': 2,
} as const;
type Row = keyof typeof WEIGHTS;

const KINDS: Readonly<Record<string, keyof Parts>> = {
  server: 'servers',
  proxy: 'proxies',
  'control plane': 'controlPlanes',
  etcd: 'etcd',
};

/** How many parts of a kind may be away in one round: what is left must be able to go on. */
export function mostAway({ etcd, controlPlanes, proxies, servers }: Parts): Record<keyof Parts, number> {
  return {
    etcd: Math.ceil(etcd.length / 2) - 1,
    controlPlanes: controlPlanes.length - 1,
    proxies: proxies.length - 1,
    servers: Math.max(0, Math.floor(servers.length / 2)),
  };
}

export function roundOf(parts: Parts, seed: number, round: number): Round {
  const random = new Random(seed, round);
  const most = mostAway(parts);
  const away: Record<keyof Parts, Set<string>> = {
    etcd: new Set(),
    controlPlanes: new Set(),
    proxies: new Set(),
    servers: new Set(),
  };
  /** One that nothing has happened to, as long as so many may be away. */
  const take = (kind: keyof Parts): string | undefined => {
    const left = parts[kind].filter((id) => !away[kind].has(id));
    if (away[kind].size >= most[kind] || left.length === 0) return undefined;
    const id = random.pick(left);
    away[kind].add(id);
    return id;
  };
  const planned: Planned[] = [];
  const wanted = random.between(1, MOST_FAULTS);
  for (let i = 0; i < wanted; i++) {
    const fault = faultOf(random.weighted(WEIGHTS), take, (kind) => random.pick(parts[kind]));
    const beginMs = random.below(LATEST_BEGIN_MS);
    const endMs = beginMs + random.between(SHORTEST_MS, LONGEST_MS);
    if (fault !== undefined) planned.push({ fault, beginMs, endMs });
  }
  return planned.sort((a, b) => a.beginMs - b.beginMs);
}

function faultOf(
  row: Row,
  take: (kind: keyof Parts) => string | undefined,
  any: (kind: keyof Parts) => string,
): Fault | undefined {
  const [verb = '', rest = ''] = splitOnce(row, ' ');
  const [what = '', from = ''] = splitOnce(rest, ' from ');
  const part = take(KINDS[what]!);
  if (part === undefined) return undefined;
  if (verb === 'cut') return { kind: 'cut', part, from: any(KINDS[from]!) };
  return { kind: verb as 'kill' | 'freeze' | 'silence', part };
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)];
}

/** One line, for people and for `parseSchedule`. */
export function formatSchedule(rounds: readonly Round[]): string {
  return JSON.stringify(rounds);
}

/** @throws SyntaxError for what `formatSchedule` has not written */
export function parseSchedule(text: string): Round[] {
  const rounds = JSON.parse(text) as unknown;
  const isFault = (fault: Partial<Record<string, unknown>> | undefined): boolean =>
    typeof fault?.part === 'string' &&
    (fault.kind === 'cut'
      ? typeof fault.from === 'string'
      : ['kill', 'freeze', 'silence'].includes(String(fault.kind)));
  const isPlanned = (one: Partial<Planned> | null): boolean =>
    typeof one?.beginMs === 'number' && typeof one.endMs === 'number' && isFault(one.fault);
  if (!Array.isArray(rounds) || !rounds.every((round) => Array.isArray(round) && round.every(isPlanned))) {
    throw new SyntaxError(
      'not a schedule: a list of rounds, each a list of {fault, beginMs, endMs}, is expected',
    );
  }
  return rounds as Round[];
}
