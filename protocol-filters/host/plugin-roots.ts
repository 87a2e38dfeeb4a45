// The plugins of one VM: a root context for each generation of their configuration.
// Source: proxy-wasm-cpp-host wasm.cc, start, startShutdown, done and getOrCreateThreadLocalPlugin.
import { Status } from './abi.ts';
import type { Context } from './context.ts';
import { Plugin, PluginHandle, type PluginConfig } from './plugin.ts';
import { RootContext } from './root-context.ts';
import type { Vm } from './vm.ts';

export class PluginRoots {
  /** Roots by plugin key, and those whose `proxy_on_done` answered false. */
  private readonly roots = new Map<string, RootContext>();
  private readonly pendingDone = new Map<string, RootContext>();
  /** Roots that are done and wait for the end of the callback to be deleted. */
  private readonly pendingDelete = new Set<RootContext>();
  private readonly handles = new Map<string, PluginHandle>();
  private readonly newest = new Map<string, PluginHandle>();
  /** Called when no plugin is held any more. */
  onUnused: (() => void) | undefined;

  constructor(private readonly vm: Vm) {}

  /** Root contexts that are there. */
  get rootCount(): number {
    return this.roots.size + this.pendingDone.size + this.pendingDelete.size;
  }

  /** See `Vm.configurePlugin`. */
  configure(config: PluginConfig): PluginHandle {
    const handle = this.obtain(new Plugin(config));
    if (typeof handle === 'string') throw new Error(`plugin ${config.name}: ${handle}`);
    const former = this.newest.get(config.name);
    this.newest.set(config.name, handle);
    former?.release();
    return handle;
  }

  /** A hold on the plugin, which is started and configured unless it is in use; or why the module refused it. */
  obtain(plugin: Plugin): PluginHandle | string {
    const existing = this.handles.get(plugin.key);
    if (existing?.held === true) {
      existing.retain();
      return existing;
    }
    const root = this.start(plugin);
    if (root === undefined) return this.vm.failure ?? 'proxy_on_vm_start answered false';
    if (!this.runConfigure(root, plugin)) return this.vm.failure ?? 'proxy_on_configure answered false';
    const handle = new PluginHandle(this.vm, plugin, root);
    this.handles.set(plugin.key, handle);
    return handle;
  }

  private start(plugin: Plugin): RootContext | undefined {
    const existing = this.roots.get(plugin.key);
    const root = existing ?? new RootContext(this.vm, plugin);
    this.roots.set(plugin.key, root);
    const { contextCreate, vmStart } = this.vm.callbacks;
    if (contextCreate !== undefined) {
      this.withConfiguration(root, plugin, () => this.vm.call2(contextCreate, root, root.id, 0));
      root.created = true;
    }
    let started = true;
    if (vmStart !== undefined)
      started = this.vm.call2(vmStart, root, root.id, this.vm.configurationBuffer.length) !== 0;
    this.vm.leave();
    return started || existing !== undefined ? root : undefined;
  }

  private runConfigure(root: RootContext, plugin: Plugin): boolean {
    const { vm } = this;
    const { configure } = vm.callbacks;
    // A VM that failed in an earlier step counts as configured; its streams find out.
    if (vm.failed) return true;
    root.created = true;
    if (configure === undefined) return true;
    const size = plugin.configuration.length;
    const good = this.withConfiguration(root, plugin, () => vm.call2(configure, root, root.id, size) !== 0);
    vm.leave();
    return good;
  }

  private withConfiguration<T>(root: RootContext, plugin: Plugin, run: () => T): T {
    const { vm } = this;
    vm.configuring = root;
    vm.configuringBuffer = plugin.configurationBuffer;
    try {
      return run();
    } finally {
      vm.configuring = undefined;
      vm.configuringBuffer = null;
    }
  }

  /** The last hold on a handle is gone: its root ends. */
  released(handle: PluginHandle): void {
    if (this.handles.get(handle.plugin.key) === handle) this.handles.delete(handle.plugin.key);
    this.end(handle.plugin.key);
    if (this.handles.size === 0) this.onUnused?.();
  }

  private end(key: string): void {
    const root = this.roots.get(key);
    if (root === undefined) return;
    const done = root.onDone();
    this.roots.delete(key);
    if (done) root.remove();
    else this.pendingDone.set(key, root);
  }

  endAll(): void {
    for (const key of [...this.roots.keys()]) this.end(key);
  }

  /** `proxy_done`. */
  done(context: Context): number {
    const key = context.root?.plugin.key ?? '';
    const root = this.pendingDone.get(key);
    if (root === undefined) return Status.NotFound;
    this.pendingDone.delete(key);
    this.pendingDelete.add(root);
    this.vm.after(() => {
      for (const one of [...this.pendingDelete]) {
        one.remove();
        this.pendingDelete.delete(one);
      }
    });
    return Status.Ok;
  }
}
