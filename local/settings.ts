/** The settings that the local stack begins with. */
import { pino } from 'pino';
import { settings, settingsSchema, type Settings } from '../control-plane/model/index.ts';
import { EtcdStore } from '../control-plane/store/index.ts';
import { ETCD_PREFIX } from './defaults.ts';

/** Stores settings; what is left out has its default. */
export async function writeSettings(endpoints: readonly string[], given: Partial<Settings>): Promise<void> {
  const store = new EtcdStore({ endpoints, prefix: ETCD_PREFIX, log: pino({ level: 'silent' }) });
  try {
    await store.put(settings.keyOf(''), settings.encode(settingsSchema.parse(given)));
  } finally {
    await store.stop();
  }
}
