/**
 * Where a proxy sends a hash key, computed as Envoy's ring-hash balancer does (Envoy's source,
 * `source/extensions/load_balancing_policies/ring_hash/ring_hash_lb.cc`): a server's points are the xxHash64 of
 * `<id>_0`, `<id>_1`, …, a key is hashed in the same way, and the first point at or after it, wrapping round, has it.
 * The ring holds living servers only, so the same rule says where the devices of a dead server are.
 */
import createXxHash from 'xxhash-wasm';
import { RING_SIZE } from '../resources/clusters.ts';

const { h64Raw } = await createXxHash();

function hash(text: string): bigint {
  return h64Raw(Buffer.from(text));
}

/** The ring of one set of living servers. It takes about 20 ms to make at the product's size: make one, ask it often. */
export class Ring {
  private readonly hashes: BigUint64Array;
  /** `owners[i]`: index into `servers` of the server that has the i-th point. */
  private readonly owners: Uint16Array;
  private readonly servers: readonly string[];

  /**
   * @param living ids of the servers that are healthy in the proxy's eyes, in any order
   * @param minimumSize the cluster's `minimum_ring_size`: each server gets its share of points, rounded up
   *
   * For 27 numbers of servers up to 2,048, the least being 420, Envoy's floating-point arithmetic gives some servers one
   * point more than this; keys that would fall on such a point are predicted one point further.
   */
  constructor(living: Iterable<string>, minimumSize = RING_SIZE) {
    this.servers = [...new Set(living)].sort();
    const each = this.servers.length === 0 ? 0 : Math.ceil(minimumSize / this.servers.length);
    const points = this.servers.flatMap((id, owner) =>
      Array.from({ length: each }, (_, i) => ({ at: hash(`${id}_${i}`), owner })),
    );
    points.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.hashes = BigUint64Array.from(points, ({ at }) => at);
    this.owners = Uint16Array.from(points, ({ owner }) => owner);
  }

  /** How many points there are. */
  get size(): number {
    return this.hashes.length;
  }

  /**
   * The server that has `key` (see `hashKey` in slot.ts); undefined when none is living.
   *
   * For a key of a living server that is this server itself: it is one of its points.
   */
  serverOf(key: string): string | undefined {
    const wanted = hash(key);
    let low = 0;
    let high = this.hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.hashes[middle] ?? 0n) < wanted) low = middle + 1;
      else high = middle;
    }
    const owner = this.owners[low === this.hashes.length ? 0 : low];
    return owner === undefined ? undefined : this.servers[owner];
  }
}

/**
 * The server on which a proxy that sees `living` alive places `key`: for a key of a dead server, its fallback.
 * For many keys make a {@link Ring}.
 *
 * @param key `<server id>_<k>`, see `hashKey` in slot.ts
 * @returns undefined when no server is living
 */
export function fallbackServer(
  key: string,
  living: Iterable<string>,
  minimumSize?: number,
): string | undefined {
  return new Ring(living, minimumSize).serverOf(key);
}
