/** What has happened: rounds of moves as REST keeps them, and everything that the stream tells. Pure. */
import type { ServerEvent } from '../data/sse.ts';
import type { RoundView } from '../data/rest.ts';
import { counted } from './format.ts';
import type { Tone } from './servers.ts';
import { capital } from './why.ts';

export type EntryKind = 'move' | 'verdict' | 'leader' | 'change' | 'split' | 'proxy' | 'stale';

export interface Entry {
  /** The same for what is told twice. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: EntryKind;
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
  /** What it is about. */
  readonly link?: { readonly kind: 'server' | 'organization' | 'proxy'; readonly id: string };
}

/** Entries that are kept. */
const MOST = 2_000;

/** With more of them: the last one first, each once; one that comes again says more than it did. */
export function withEntries(entries: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  if (more.length === 0) return entries;
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  for (const entry of more) byKey.set(entry.key, entry);
  return [...byKey.values()].sort((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1)).slice(0, MOST);
}

export function entryOfRound({ id, at, reason, moves, triggers, more }: RoundView): Entry {
  const devices = Math.round(moves.reduce((sum, { connections }) => sum + connections, 0));
  const slots = moves.reduce(
    (sum, move) => sum + (move.slots ?? []).reduce((all, [first, last]) => all + last - first + 1, 0),
    0,
  );
  const organizations = moves.filter(({ organization }) => organization !== undefined).length;
  const parts = [
    ...(slots > 0 ? [counted(slots, 'slot')] : []),
    ...(organizations > 0 ? [counted(organizations, 'organization')] : []),
    ...(more > 0 ? ['more'] : []),
  ];
  const cost = devices > 0 ? `, ${counted(devices, 'device')}` : '';
  return {
    key: `move ${id}`,
    at: Date.parse(at),
    kind: 'move',
    tone: 'calm',
    title: `Moved ${parts.join(' and ') || 'nothing'}${cost}`,
    detail: capital(reason || triggers.join(', ')),
  };
}

type Data = Readonly<Record<string, unknown>>;

/** Undefined: it is nothing to tell. */
export function entryOf({ id, type, data }: ServerEvent): Entry | undefined {
  const said = TOLD[type];
  if (said === undefined) return undefined;
  const parsed = JSON.parse(data) as Data;
  const entry = said(parsed);
  if (entry === undefined) return undefined;
  const at = Date.parse(text(parsed['at']));
  return { key: id, at, tone: 'calm', detail: '', ...entry };
}

type Said = Partial<Entry> & Pick<Entry, 'kind' | 'title'>;

const server = (id: unknown): Pick<Entry, 'link'> => ({ link: { kind: 'server', id: text(id) } });
const organization = (id: unknown): Pick<Entry, 'link'> => ({ link: { kind: 'organization', id: text(id) } });
const proxy = (id: unknown): Pick<Entry, 'link'> => ({ link: { kind: 'proxy', id: text(id) } });

const TOLD: Readonly<Record<string, (data: Data) => Said | undefined>> = {
  move: ({ epoch, version, slots, pins, totals }) => {
    const parts = [
      ...(Number(slots) > 0 ? [counted(Number(slots), 'slot')] : []),
      ...(Number(pins) > 0 ? [counted(Number(pins), 'organization')] : []),
    ];
    const flows = (totals as { from: string | null; to: string | null }[]).map(
      ({ from, to }) => `${from ?? 'nobody'} → ${to ?? 'nobody'}`,
    );
    const rest = flows.length > 3 ? `, and ${flows.length - 3} more` : '';
    return {
      key: `move ${text(epoch)}.${text(version)}`,
      kind: 'move',
      title: `Moved ${parts.join(' and ')}`,
      detail: `${flows.slice(0, 3).join(', ')}${rest}`,
    };
  },
  verdict: ({ server: id, was, state, held, avoided, why }) => {
    const tone = state === 'dead' ? 'bad' : state === 'suspect' || avoided === true ? 'warn' : 'good';
    const is = `${text(state)}${held === true ? ', held down' : ''}${avoided === true ? ', avoided' : ''}`;
    const before = was === state ? '' : `, was ${text(was)}`;
    return {
      kind: 'verdict',
      tone,
      title: `${text(id)} is ${is}${before}`,
      detail: text(why),
      ...server(id),
    };
  },
  leader: ({ leader, was }) => {
    if (leader === null) return { kind: 'leader', tone: 'warn', title: 'Nobody leads' };
    const before = was === null || was === undefined ? '' : `after ${text(was)}`;
    return { kind: 'leader', tone: 'warn', title: `${text(leader)} leads`, detail: before };
  },
  brake: ({ engaged }) =>
    engaged === true
      ? {
          kind: 'verdict',
          tone: 'bad',
          title: 'The brake is engaged',
          detail: 'Several servers died in a row: nothing moves by itself',
        }
      : { kind: 'verdict', tone: 'good', title: 'The brake is released' },
  server: ({ what, id, value }) => {
    const { state } = (value ?? {}) as { state?: string };
    if (what === 'removed') return { kind: 'change', title: `${text(id)} was removed` };
    if (what === 'created') return { kind: 'change', title: `${text(id)} was added`, ...server(id) };
    const title = state === 'draining' ? `${text(id)} is to drain` : `${text(id)} was changed`;
    return { kind: 'change', title, ...server(id) };
  },
  pin: ({ what, organization: id, value }) => {
    const { server: to } = (value ?? {}) as { server?: string };
    const title = what === 'removed' ? `${text(id)} is pinned no more` : `${text(id)} is pinned to ${to}`;
    return { kind: 'change', title, ...organization(id) };
  },
  quarantine: ({ what, organization: id }) =>
    what === 'removed'
      ? { kind: 'verdict', tone: 'good', title: `${text(id)} is quarantined no more`, ...organization(id) }
      : { kind: 'verdict', tone: 'bad', title: `${text(id)} is quarantined`, ...organization(id) },
  selector: ({ what, organization: id, value }) => {
    const labels = Object.entries((value as { labels?: object } | undefined)?.labels ?? {});
    const where = labels.map(([name, one]) => `${name}=${String(one)}`).join(', ');
    const title =
      what === 'removed' ? `${text(id)} may be on any server` : `${text(id)} may be on servers with ${where}`;
    return { kind: 'change', title, ...organization(id) };
  },
  settings: ({ changes }) => ({
    kind: 'change',
    title: 'Settings were changed',
    detail: (changes as { pointer: string }[]).map(({ pointer }) => pointer.slice(1)).join(', '),
  }),
  listener: ({ what, name }) => ({ kind: 'change', title: `The listener ${text(name)} was ${text(what)}` }),
  proxy: ({ proxy: id, what }) => {
    if (what === 'connected') return { kind: 'proxy', title: `${text(id)} connected`, ...proxy(id) };
    return what === 'left' ? { kind: 'proxy', tone: 'warn', title: `${text(id)} has left` } : undefined;
  },
  refusal: ({ proxy: id, type, name, message }) => ({
    kind: 'proxy',
    tone: 'bad',
    title: `${text(id)} refuses ${text(type)} ${text(name)}`,
    detail: text(message),
    ...proxy(id),
  }),
  split: ({ organization: id, what, servers }) => {
    if (what === 'whole')
      return { kind: 'split', tone: 'good', title: `${text(id)} is whole`, ...organization(id) };
    const on = (servers as { server: string; connections: number }[]).map(
      ({ server: name, connections }) => `${name} ${connections}`,
    );
    return {
      kind: 'split',
      tone: 'warn',
      title: `${text(id)} is split`,
      detail: on.join(', '),
      ...organization(id),
    };
  },
  stale: ({ stale, why }) =>
    stale === true
      ? { kind: 'stale', tone: 'bad', title: 'etcd is away', detail: text(why) }
      : { kind: 'stale', tone: 'good', title: 'etcd is back' },
};

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
