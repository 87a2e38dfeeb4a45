/** The values of command line options: read, or refused with words that say what is wanted. Pure. */
import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import {
  addressSchema,
  idSchema,
  portKindSchema,
  type Address,
  type PortKind,
} from '../control-plane/model/index.ts';
import type { ForeignServer } from '../local/options.ts';

function refuse(why: string): never {
  throw new InvalidArgumentError(`${why}.`);
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    return refuse(
      most === Number.MAX_SAFE_INTEGER
        ? `It must be a whole number from ${least}`
        : `It must be a whole number from ${least} to ${most}`,
    );
  };
}

/** A number of seconds above 0. */
export function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  return value > 0 ? value : refuse('It must be a number of seconds above 0, such as 20 or 0.5');
}

export function id(text: string): string {
  const parsed = idSchema.safeParse(text);
  return parsed.success ? parsed.data : refuse('An id has 1 to 128 of A-Z a-z 0-9 . _ -');
}

/** `host:port`, an IPv6 address in brackets. */
export function address(text: string): Address {
  return hostAndPort(text, 1);
}

/** As {@link address}; port 0 for a free one. */
export function listenAddress(text: string): Address {
  return hostAndPort(text, 0);
}

function hostAndPort(text: string, leastPort: number): Address {
  const [, inBrackets, name, port = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = inBrackets ?? name ?? '';
  if (inBrackets !== undefined && isIP(inBrackets) !== 6) refuse('Only an IPv6 address stands in brackets');
  const parsed = addressSchema.safeParse({ host, port: Math.max(Number(port), 1) });
  if (!parsed.success || Number(port) < leastPort || Number(port) > 65_535 || port === '') {
    return refuse('It must be host:port, such as 10.0.0.1:1883 or [::1]:1883');
  }
  return { host, port: Number(port) };
}

/** `host:port` again. */
export function printAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Client URLs of etcd, separated by commas; `http://` may be left out. */
export function etcdEndpoints(text: string): string[] {
  return text.split(',').map((part) => {
    const withScheme = part.includes('://') ? part : `http://${part}`;
    const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.port === '' || url.pathname !== '/') {
      return refuse(`${JSON.stringify(part)} is no URL of an etcd, such as http://10.0.0.1:2379`);
    }
    return withScheme.replace(/\/$/, '');
  });
}

/** Collects `kind=host:port`, each kind once. */
export function port(text: string, before: Record<PortKind, Address> = {}): Record<PortKind, Address> {
  const [kind, at] = split(text, 'kind=host:port, such as mqtt=10.0.0.1:1883');
  if (!portKindSchema.safeParse(kind).success) refuse('A port kind has 1 to 64 of a-z 0-9 _');
  if (kind in before) refuse(`${kind} is named twice`);
  return { ...before, [kind]: address(at) };
}

/** Schemes of `--server id=mqtt://host:port,ws://host:port`, and the port kinds they stand for. */
const SCHEMES: Readonly<Record<string, PortKind>> = { mqtt: 'mqtt', ws: 'websocket' };

/** Collects `id=host:port` (MQTT) or `id=mqtt://host:port,ws://host:port`. */
export function server(text: string, before: readonly ForeignServer[] = []): ForeignServer[] {
  const [name, where] = split(text, 'id=host:port or id=mqtt://host:port,ws://host:port');
  const ports: Record<PortKind, Address> = {};
  for (const part of where.split(',')) {
    const [, scheme = 'mqtt', at = ''] = /^(?:([a-z]+):\/\/)?([^/]*)\/?$/.exec(part) ?? [];
    const kind = SCHEMES[scheme];
    if (kind === undefined) return refuse(`${scheme}:// is not known; there are mqtt:// and ws://`);
    if (kind in ports) refuse(`${name} has two ports for ${scheme}://`);
    ports[kind] = address(at);
  }
  if (before.some((known) => known.id === name)) refuse(`the server ${name} is named twice`);
  return [...before, { id: id(name), ports }];
}

/** Collects addresses. */
export function addresses(text: string, before: readonly Address[] = []): Address[] {
  return [...before, address(text)];
}

/** Collects ids. */
export function ids(text: string, before: readonly string[] = []): string[] {
  return [...before, id(text)];
}

/** Collects `id=host,host…`. */
export function controlPlaneHosts(
  text: string,
  before: readonly { id: string; hosts: string[] }[] = [],
): { id: string; hosts: string[] }[] {
  const [name, list] = split(text, 'id=host,host, such as control-plane-1=10.0.0.1,cp1.example.org');
  const hosts = list.split(',');
  if (!hosts.every((host) => isIP(host) !== 0 || /^[A-Za-z0-9.-]{1,253}$/.test(host))) {
    refuse(`${JSON.stringify(list)} has something that is neither a host name nor an IP address`);
  }
  return [...before, { id: id(name), hosts }];
}

/** Collects `listener=ws://host:port` or `listener=wss://host:port`. */
export function relay(text: string, before: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const [listener, at] = split(text, 'listener=url, such as websocket=ws://10.0.0.1:8080');
  const url = URL.canParse(at) ? new URL(at) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol) || url.pathname !== '/') {
    return refuse(`${JSON.stringify(at)} is no URL of a WebSocket listener, such as ws://10.0.0.1:8080`);
  }
  if (before.has(listener)) refuse(`${listener} is named twice`);
  return new Map([...before, [listener, at]]);
}

/** Collects a proxy: `mqtt=host:port,websocket=host:port`, one of them at least. */
export function proxy(
  text: string,
  before: readonly Record<PortKind, Address>[] = [],
): Record<PortKind, Address>[] {
  let kinds: Record<PortKind, Address> = {};
  for (const part of text.split(',')) kinds = port(part, kinds);
  const unknown = Object.keys(kinds).find((kind) => kind !== 'mqtt' && kind !== 'websocket');
  if (unknown !== undefined) refuse(`devices do not speak ${unknown}: name mqtt, websocket, or both`);
  return [...before, kinds];
}

function split(text: string, wanted: string): [before: string, after: string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) refuse(`It must be ${wanted}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
