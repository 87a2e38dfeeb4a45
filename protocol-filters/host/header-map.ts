// A header map as Envoy's: names in lower case, pseudo headers first, known headers joined when added twice.
// Source: Envoy source/common/http/header_map_impl.cc.
import type { Pairs } from './pairs.ts';

/** Headers that Envoy keeps once: a second value is joined to the first (those that filters here can meet). */
const KEPT_ONCE = new Set(
  (
    ':authority :method :path :scheme :status :protocol accept accept-encoding authorization cache-control ' +
    'connection content-encoding content-length content-type etag expect grpc-message grpc-status ' +
    'grpc-timeout host keep-alive location origin proxy-connection referer server te transfer-encoding upgrade ' +
    'user-agent vary via x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-request-id'
  ).split(' '),
);

export class HeaderMap {
  private entries: [string, string][] = [];

  constructor(pairs: Pairs = []) {
    for (const [name, value] of pairs) this.add(name, value);
  }

  /** Entries; what the header callbacks are told. */
  get size(): number {
    return this.entries.length;
  }

  /** Bytes of all names and values; what `proxy_get_header_map_size` tells. */
  get byteSize(): number {
    return this.entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  }

  /** The first value of the name. */
  get(name: string): string | undefined {
    const key = this.key(name);
    return this.entries.find((entry) => entry[0] === key)?.[1];
  }

  add(name: string, value: string): void {
    const key = this.key(name);
    const existing = KEPT_ONCE.has(key) ? this.entries.find((entry) => entry[0] === key) : undefined;
    if (existing !== undefined) existing[1] += `,${value}`;
    else if (key.startsWith(':')) this.entries.splice(this.pseudoEnd(), 0, [key, value]);
    else this.entries.push([key, value]);
  }

  /** Removes every value of the name and puts this one at the end. */
  replace(name: string, value: string): void {
    this.remove(name);
    this.add(name, value);
  }

  remove(name: string): void {
    const key = this.key(name);
    this.entries = this.entries.filter((entry) => entry[0] !== key);
  }

  replaceAll(pairs: Pairs): void {
    this.entries = [];
    for (const [name, value] of pairs) this.add(name, value);
  }

  toPairs(): [string, string][] {
    return this.entries.map(([name, value]) => [name, value]);
  }

  /** In a request, `host` is another name of `:authority`. */
  private key(name: string): string {
    const key = name.toLowerCase();
    if (key !== 'host' || !this.entries.some((entry) => entry[0] === ':authority')) return key;
    return ':authority';
  }

  private pseudoEnd(): number {
    const end = this.entries.findIndex((entry) => !entry[0].startsWith(':'));
    return end < 0 ? this.entries.length : end;
  }
}
