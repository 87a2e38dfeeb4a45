/** D. Eisenbud et al., "Maglev: a fast and reliable software network load balancer", NSDI 2016, section 3.4. */
import createXxHash from 'xxhash-wasm';
import { stateless } from './placer.ts';
import type { Contender } from './placer.ts';
import { serverId } from './world.ts';

const { h64Raw } = await createXxHash();
const hash = (text: string): bigint => h64Raw(Buffer.from(text));

/** The paper's small table, and Envoy's default. A prime. */
export const TABLE_SIZE = 65_537;

/**
 * The lookup table: by place an index into `ids`. Each server has a permutation of all places, and the servers take turns to
 * take the next place of theirs that is free.
 *
 * @param size a prime, not smaller than the number of ids
 */
export function maglevTable(ids: readonly string[], size: number): Int32Array {
  const offsets = ids.map((id) => Number(hash(`${id}/offset`) % BigInt(size)));
  const skips = ids.map((id) => Number(hash(`${id}/skip`) % BigInt(size - 1)) + 1);
  const next = ids.map(() => 0);
  const table = new Int32Array(size).fill(-1);
  for (let filled = 0; ;) {
    for (let server = 0; server < ids.length; server++) {
      let place: number;
      do place = (offsets[server]! + next[server]!++ * skips[server]!) % size;
      while (table[place] !== -1);
      table[place] = server;
      if (++filled === size) return table;
    }
  }
}

export const maglev: Contender = {
  name: `Maglev, ${TABLE_SIZE} places`,
  start: ({ hashes }) => {
    let made: { key: string; table: Int32Array } | undefined;
    return stateless((living) => {
      const key = living.join();
      if (made?.key !== key) made = { key, table: maglevTable(living.map(serverId), TABLE_SIZE) };
      const { table } = made;
      const placement = new Int32Array(hashes.length);
      hashes.forEach((one, i) => (placement[i] = living[table[Number(one % BigInt(TABLE_SIZE))]!]!));
      return placement;
    });
  },
};
