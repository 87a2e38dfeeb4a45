/**
 * Writes a versioned value and dies in the middle: after some chunks, before the version is current.
 * Arguments: etcd's endpoints, megabytes, how many chunks are written before the end.
 */
import { pino } from 'pino';
import { EtcdStore } from '../../control-plane/store/index.ts';
import type { PutOptions } from '../../control-plane/store/index.ts';

const [, , endpoints = '', megabytes = '', chunks = ''] = process.argv;

class DyingStore extends EtcdStore {
  private written = 0;
  override async put(key: string, value: Uint8Array | string, options?: PutOptions): Promise<number> {
    const revision = await super.put(key, value, options);
    this.written++;
    if (this.written === Number(chunks)) process.kill(process.pid, 'SIGKILL');
    return revision;
  }
}

const store = new DyingStore({
  endpoints: endpoints.split(','),
  prefix: '/cohort/test/',
  log: pino({ level: 'silent' }),
});
await store.writeVersioned('big', Buffer.alloc(Number(megabytes) * 1024 * 1024, 'new'));
