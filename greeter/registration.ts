/** A greeter's place in etcd: under its lease, so that proxies are told of those that run and of their keys. */
import type { Logger } from 'pino';
import {
  DEFAULT_SETTINGS,
  greeters,
  greeterSchema,
  settings,
  type Address,
  type Greeter,
  type Settings,
} from '../control-plane/model/index.ts';
import type { Lease, Store, Watch } from '../control-plane/store/index.ts';
import type { RelayKey } from './relay-key.ts';

export interface RegistrationOptions {
  /** Started and stopped by the caller. */
  readonly store: Store;
  readonly id: string;
  /** Where proxies reach it. */
  readonly address: Address;
  readonly key: RelayKey;
  /** Called with the settings in force: at first, and after each change. */
  readonly onSettings: (settings: Settings) => void;
  readonly log: Pick<Logger, 'error' | 'info' | 'warn'>;
  /** Seconds after which a greeter that is not heard counts as gone. Default 10. */
  readonly leaseSeconds?: number;
}

export class Registration {
  private lease: Lease | undefined;
  private watch: Watch | undefined;
  private readonly greeter: Greeter;

  constructor(private readonly options: RegistrationOptions) {
    const { id, address, key } = options;
    this.greeter = greeterSchema.parse({ id, address, publicKey: key.publicKey, startedAtMs: Date.now() });
  }

  /** Resolves when proxies are told of it, and the settings are known, however long etcd takes. */
  async start(): Promise<void> {
    const { store, leaseSeconds = 10 } = this.options;
    await new Promise<void>((resolve) => {
      this.watch = store.watch(
        settings.prefix,
        (event) => {
          if (event.kind !== 'snapshot' && event.kind !== 'change') return;
          const last = event.changes.findLast(({ key }) => settings.idOf(key) !== undefined);
          // Those in force stay where the new ones cannot be read.
          if (last !== undefined || event.kind === 'snapshot') this.take(last?.entry?.value);
          resolve();
        },
        { exact: true },
      );
    });
    this.lease = store.lease(leaseSeconds);
    await this.lease.put(greeters.keyOf(this.greeter.id), greeters.encode(this.greeter));
  }

  /** Gives the lease back: proxies are told at once. Safe to call twice. */
  async stop(): Promise<void> {
    this.watch?.stop();
    await this.lease?.stop();
  }

  private take(bytes: Buffer | undefined): void {
    const { onSettings, log } = this.options;
    if (bytes === undefined) return onSettings(DEFAULT_SETTINGS);
    const decoded = settings.decode('', bytes);
    if ('why' in decoded)
      log.error({ why: decoded.why }, 'the stored settings cannot be read; those before stay');
    else onSettings(decoded.value);
  }
}
