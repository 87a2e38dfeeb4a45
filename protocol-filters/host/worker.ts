// A thread of Envoy: the main thread (index 0) or a worker. It has at most one VM for each VM key.
// Source: Envoy source/extensions/common/wasm/wasm.cc, PluginConfig; proxy-wasm-cpp-host wasm.cc, thread-local caches.
import type { BaseVm } from './base-vm.ts';
import type { Environment } from './environment.ts';
import { HttpStream, type RequestOptions } from './http-stream.ts';
import type { Plugin, PluginHandle } from './plugin.ts';
import { TcpStream, type ConnectOptions, type FilterMode } from './tcp-stream.ts';
import type { Vm } from './vm.ts';

/** A plugin as a thread has it. */
interface Slot {
  readonly plugin: Plugin;
  readonly base: BaseVm;
  /** Undefined where the module refused the configuration on this thread alone: Envoy then skips the filter. */
  handle: PluginHandle | undefined;
  loadedMs: number;
}

export class Worker {
  private readonly vms = new Map<string, Vm>();
  private readonly slots = new Map<string, Slot>();

  constructor(
    /** 0: the main thread, which takes no connections. */
    readonly index: number,
    private readonly environment: Environment,
  ) {}

  /** The VM that a plugin's new streams go to; undefined where it has none. It may have failed. */
  vm(plugin: string): Vm | undefined {
    return this.slots.get(plugin)?.handle?.vm;
  }

  /** The newest generation of a plugin. */
  handle(plugin: string): PluginHandle | undefined {
    return this.slots.get(plugin)?.handle;
  }

  /** A new TCP connection on the plugin's listener. */
  connect(plugin: string, options: ConnectOptions = {}): TcpStream {
    const { handle, mode } = this.choose(plugin);
    return new TcpStream(handle, mode, options);
  }

  /** A new HTTP request on the plugin's listener. */
  request(plugin: string, options: RequestOptions): HttpStream {
    const { handle, mode } = this.choose(plugin);
    return new HttpStream(handle, mode, options);
  }

  private choose(name: string): { handle: PluginHandle | undefined; mode: FilterMode } {
    const slot = this.slots.get(name);
    if (slot === undefined) return { handle: undefined, mode: 'no configuration' };
    if (slot.handle === undefined) return { handle: undefined, mode: 'skip' };
    this.reloadIfFailed(slot);
    if (!slot.handle.vm.failed) return { handle: slot.handle, mode: 'filter' };
    return { handle: undefined, mode: slot.plugin.failurePolicy === 'FAIL_OPEN' ? 'skip' : 'refuse' };
  }

  /** FAIL_RELOAD: a new VM, in which this plugin alone is configured. */
  private reloadIfFailed(slot: Slot): void {
    if (slot.handle?.vm.failed !== true || slot.plugin.failurePolicy !== 'FAIL_RELOAD') return;
    const now = this.environment.clock.nowMs;
    if (now - slot.loadedMs < slot.plugin.reloadBackoffMs) return;
    slot.loadedMs = now;
    const handle = this.obtain(slot.base, slot.plugin);
    if (handle === undefined) return;
    if (handle.vm.failed) {
      handle.release();
      return;
    }
    const failed = slot.handle;
    slot.handle = handle;
    failed.release();
  }

  /** The plugin in this thread's VM of the base; undefined where the module refused it, which spoils the base. */
  private obtain(base: BaseVm, plugin: Plugin): PluginHandle | undefined {
    let vm = this.vms.get(base.key);
    if (vm === undefined) {
      vm = base.instantiate(this.index);
      this.adopt(base, vm);
    }
    const handle = vm.plugins.obtain(plugin);
    if (typeof handle !== 'string') return handle;
    base.failure = `worker ${String(this.index)}: ${handle}`;
    return undefined;
  }

  private adopt(base: BaseVm, vm: Vm): void {
    const forget = (): void => {
      if (this.vms.get(base.key) === vm) this.vms.delete(base.key);
    };
    this.vms.set(base.key, vm);
    base.retain();
    vm.onFailed = forget;
    vm.plugins.onUnused = () => {
      forget();
      vm.close();
      vm.plugins.onUnused = undefined;
      base.release();
    };
  }

  /** Puts a new configuration in place. @returns what lets go of the former one; call it after all threads have theirs. */
  set(base: BaseVm, plugin: Plugin): () => void {
    const former = this.slots.get(plugin.name);
    const handle = this.obtain(base, plugin);
    this.slots.set(plugin.name, { plugin, base, handle, loadedMs: this.environment.clock.nowMs });
    return () => former?.handle?.release();
  }

  /** Takes a plugin's listener away; its streams live on. */
  remove(plugin: string): void {
    const slot = this.slots.get(plugin);
    this.slots.delete(plugin);
    slot?.handle?.release();
  }
}
