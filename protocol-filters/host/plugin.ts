// A plugin's configuration, and the hold on it that listeners and streams share.
import { createHash } from 'node:crypto';
import { ByteBuffer } from './byte-buffer.ts';
import type { RootContext } from './root-context.ts';
import type { Vm } from './vm.ts';

/** What becomes of streams when the VM has failed (Envoy PluginConfig.failure_policy). */
export type FailurePolicy = 'FAIL_RELOAD' | 'FAIL_CLOSED' | 'FAIL_OPEN';

export interface PluginConfig {
  /** Also the name under which a later configuration replaces this one. */
  readonly name: string;
  readonly rootId?: string | undefined;
  readonly configuration?: Uint8Array | undefined;
  /** Whether streams of it are TCP connections or HTTP requests. Default network. */
  readonly kind?: 'network' | 'http' | undefined;
  /** Default FAIL_RELOAD. */
  readonly failurePolicy?: FailurePolicy | undefined;
  /** Milliseconds before a failed VM is made anew. Default 1000. */
  readonly reloadBackoffMs?: number | undefined;
  /** Let StopIteration of a headers callback stop the headers alone (Envoy's option of that name). Default false. */
  readonly allowOnHeadersStopIteration?: boolean | undefined;
}

const RELOAD_BACKOFF_MS = 1000;

export class Plugin {
  readonly name: string;
  readonly rootId: string;
  readonly configuration: Uint8Array;
  readonly configurationBuffer: ByteBuffer;
  readonly kind: 'network' | 'http';
  readonly failurePolicy: FailurePolicy;
  readonly reloadBackoffMs: number;
  readonly allowOnHeadersStopIteration: boolean;
  /** Plugins of one key in one VM are one: root id, configuration and name decide. */
  readonly key: string;

  constructor(config: PluginConfig) {
    this.name = config.name;
    this.rootId = config.rootId ?? '';
    this.configuration = new Uint8Array(config.configuration ?? new Uint8Array(0));
    this.configurationBuffer = ByteBuffer.of(this.configuration);
    this.kind = config.kind ?? 'network';
    this.failurePolicy = config.failurePolicy ?? 'FAIL_RELOAD';
    this.reloadBackoffMs = config.reloadBackoffMs ?? RELOAD_BACKOFF_MS;
    this.allowOnHeadersStopIteration = config.allowOnHeadersStopIteration ?? false;
    this.key = createHash('sha256')
      .update(JSON.stringify([this.rootId, this.name]))
      .update(this.configuration)
      .digest('hex');
  }
}

/** A plugin in one VM. When the last of its listener and its streams lets go, its root ends. */
export class PluginHandle {
  private holders = 1;

  constructor(
    readonly vm: Vm,
    readonly plugin: Plugin,
    readonly root: RootContext,
  ) {}

  get held(): boolean {
    return this.holders > 0;
  }

  retain(): void {
    this.holders++;
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.vm.onHandleReleased(this);
  }
}
