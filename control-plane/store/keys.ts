/** Between the store's keys and etcd's: the prefix goes on and off. Pure. */
import type { IKeyValue } from 'etcd3';
import type { Entry } from './store.ts';

/** What ends the range of all keys that begin with `prefix` (etcd's "range_end"). `prefix` is not empty. */
export function rangeEnd(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  // UTF-8 has no byte 0xff, so the last byte can always be one more.
  end[end.length - 1]! += 1;
  return end;
}

export function toEtcd(prefix: string, key: string): Buffer {
  return Buffer.from(prefix + key);
}

export function toEntry(prefix: string, kv: IKeyValue): Entry {
  return {
    key: kv.key.toString('utf8').slice(prefix.length),
    value: kv.value,
    revision: Number(kv.mod_revision),
    createRevision: Number(kv.create_revision),
    lease: kv.lease === '0' ? undefined : kv.lease,
  };
}

export function toBuffer(value: Uint8Array | string): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
}
