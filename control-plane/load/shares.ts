/**
 * How much of a server's use of each dimension an organization accounts for.
 *
 * Nobody measures the processor or the memory that one organization takes. What is known of it are its connections and its
 * bytes, so its share of a server's use is the mean of its share of the server's connections and its share of the server's
 * bytes; where no bytes are counted, its share of the connections alone. Organizations that the reports do not name have
 * connections and no bytes.
 *
 * Shared out is not all that a server uses: what the server uses that uses the least is taken for what each one uses
 * without any device (its **base**), and so is what moves have turned out not to free. A base moves with nobody.
 */
import { CONNECTIONS } from './usage.ts';
import type { Load, ServerLoad } from './load.ts';

/** By server. */
export interface Share {
  /** By dimension, as in `dimensions`: what is there whatever sits on it. */
  readonly base: readonly number[];
  /** By dimension: what each of its connections accounts for; of `connections` itself 1. */
  readonly perConnection: readonly number[];
  /** By dimension: what each byte a second accounts for. */
  readonly perByte: readonly number[];
}

/** `${server} ${dimension}`: no move frees it. */
export function unmovableKey(server: string, dimension: string): string {
  return `${server} ${dimension}`;
}

/**
 * @param dimensions their names in order, `connections` among them
 * @param unmovable see `unmovableKey`
 */
export function sharesOf(
  load: Load,
  dimensions: readonly string[],
  unmovable: ReadonlySet<string>,
): Map<string, Share> {
  const least = dimensions.map((name) => leastUsed(load, name));
  const shares = new Map<string, Share>();
  for (const [id, its] of load.servers) {
    const { connections = 0, bytes = 0 } = load.counted.byServer.get(id) ?? {};
    const parts = bytes > 0 ? 2 : 1;
    const base = dimensions.map((name, d) =>
      baseOf(its, name, least[d]!, unmovable.has(unmovableKey(id, name))),
    );
    const shared = dimensions.map((name, d) => (its.dimensions.get(name)?.used ?? 0) - base[d]!);
    shares.set(id, {
      base: base.map((value, d) =>
        connections > 0 || dimensions[d] === CONNECTIONS ? value : value + shared[d]!,
      ),
      perConnection: shared.map((value, d) => {
        if (dimensions[d] === CONNECTIONS) return 1;
        return connections > 0 ? value / (connections * parts) : 0;
      }),
      perByte: shared.map((value, d) =>
        dimensions[d] === CONNECTIONS || bytes === 0 ? 0 : value / (bytes * parts),
      ),
    });
  }
  return shares;
}

function baseOf(
  { dimensions, reported }: ServerLoad,
  name: string,
  least: number,
  isUnmovable: boolean,
): number {
  const used = dimensions.get(name)?.used ?? 0;
  // Of connections it is known which ones devices have.
  if (name === CONNECTIONS) return Math.max(0, used - reported);
  return isUnmovable ? used : Math.min(used, least);
}

/** 0 where fewer than two servers tell: what one uses says nothing of what it would use without devices. */
function leastUsed({ servers }: Load, name: string): number {
  const all = [...servers.values()].flatMap(({ dimensions }) => dimensions.get(name)?.used ?? []);
  return all.length < 2 ? 0 : Math.min(...all);
}
