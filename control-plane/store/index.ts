/** The store: what it is in `store.ts`, on etcd in `etcd-store.ts`. */
export { systemClock, type Clock } from './clock.ts';
export {
  Collection,
  readAll,
  readOne,
  type CollectionChange,
  type ReadAll,
  type Stored,
} from './collection.ts';
export { EtcdStore } from './etcd-store.ts';
export type { EtcdStoreOptions } from './options.ts';
export type * from './store.ts';
