// A simulated Envoy process: the main thread and its workers.
import { BaseVm, vmKey, type VmConfig } from './base-vm.ts';
import { Environment, type EnvironmentOptions } from './environment.ts';
import { Plugin, type PluginConfig } from './plugin.ts';
import { Worker } from './worker.ts';

export interface HostOptions extends EnvironmentOptions {
  /** Worker threads; the main thread comes on top. Default 1. */
  readonly workers?: number | undefined;
  readonly environment?: Environment | undefined;
}

/** A plugin's configuration as a listener or ECDS brings it. */
export interface HostPlugin extends PluginConfig, VmConfig {}

/** As Envoy answers the control plane. */
export type ConfigureResult =
  | { readonly accepted: true }
  | { readonly accepted: false; /** Why, as far as the module or the VM tell. */ readonly reason: string };

export class Host {
  readonly environment: Environment;
  /** The main thread: it configures and ticks as the workers do, and takes no connections. */
  readonly main: Worker;
  readonly workers: readonly Worker[];
  private readonly bases = new Map<string, BaseVm>();

  constructor(options: HostOptions = {}) {
    const environment = options.environment ?? new Environment(options);
    this.environment = environment;
    this.main = new Worker(0, environment);
    this.workers = Array.from({ length: options.workers ?? 1 }, (_, i) => new Worker(i + 1, environment));
  }

  /** The worker of that number, from 1. @throws RangeError where there is none. */
  worker(index = 1): Worker {
    const worker = this.workers[index - 1];
    if (worker === undefined)
      throw new RangeError(`there is no worker ${String(index)}: workers count from 1`);
    return worker;
  }

  /**
   * A push: first the canary, whose refusal changes nothing anywhere; then the main thread and each worker in turn; then
   * all let go of the former configuration. A worker that refuses alone is not told to the control plane.
   */
  configure(config: HostPlugin): ConfigureResult {
    const base = this.base(config);
    base.retain();
    const plugin = new Plugin(config);
    const refusal = base.broken ? base.failure : (base.canary(plugin) ?? base.failure);
    if (refusal === undefined) {
      const letGo = [this.main, ...this.workers].map((thread) => thread.set(base, plugin));
      for (const former of letGo) former();
    }
    base.release();
    return refusal === undefined ? { accepted: true } : { accepted: false, reason: refusal };
  }

  /** Takes a plugin's listener away. */
  remove(plugin: string): void {
    for (const thread of [this.main, ...this.workers]) thread.remove(plugin);
  }

  private base(config: VmConfig): BaseVm {
    const key = vmKey(config);
    const existing = this.bases.get(key);
    if (existing !== undefined) return existing;
    const base = new BaseVm(key, config, this.environment, () => {
      this.bases.delete(key);
      const vmId = config.vmId ?? '';
      const others = [...this.bases.values()].some((one) => (one.config.vmId ?? '') === vmId);
      if (!others) this.environment.sharedData.deleteVmId(vmId);
    });
    this.bases.set(key, base);
    return base;
  }
}
