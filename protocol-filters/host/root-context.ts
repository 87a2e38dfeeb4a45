// A root context: one generation of a plugin's configuration in one VM.
import type { ByteBuffer } from './byte-buffer.ts';
import { Context } from './context.ts';
import type { HeaderMap } from './header-map.ts';
import type { Plugin } from './plugin.ts';
import type { Vm } from './vm.ts';

export class RootContext extends Context {
  /** What the answer under way holds; undefined outside of its callback. */
  httpCallHeaders: HeaderMap | undefined;
  httpCallTrailers: HeaderMap | undefined;
  httpCallBody: ByteBuffer | undefined;
  grpcMessage: ByteBuffer | undefined;
  grpcInitialMetadata: HeaderMap | undefined;
  grpcTrailingMetadata: HeaderMap | undefined;
  /** What `proxy_get_status` tells. */
  statusCode = 0;
  statusMessage = '';

  constructor(
    vm: Vm,
    readonly plugin: Plugin,
  ) {
    super(vm, vm.nextId(), undefined);
  }

  override get root(): RootContext {
    return this;
  }

  override get pluginName(): string {
    return this.plugin.name;
  }

  override get rootId(): string {
    return this.plugin.rootId;
  }

  /** `proxy_on_done`: false defers the end until the module calls `proxy_done`. */
  onDone(): boolean {
    const { vm } = this;
    if (vm.failed || vm.callbacks.done === undefined) return true;
    const done = vm.call1(vm.callbacks.done, this, this.id) !== 0;
    vm.leave();
    return done;
  }

  /** `proxy_on_delete`, then the context is gone: its calls are cancelled without a word, its ticks end. */
  remove(): void {
    const { vm } = this;
    if (this.created && !vm.failed && vm.callbacks.delete !== undefined) {
      vm.call1(vm.callbacks.delete, this, this.id);
      vm.leave();
    }
    vm.contexts.delete(this.id);
    vm.setTickPeriod(this.id, 0);
    vm.callouts.cancelAll(this);
  }
}
