// What all threads' VMs of one key (vm_id, VM configuration, code) have in common.
// Source: proxy-wasm-cpp-host wasm.cc, createWasm and canary.
import { createHash } from 'node:crypto';
import type { Environment } from './environment.ts';
import type { Plugin } from './plugin.ts';
import { Vm } from './vm.ts';
import type { WasmModule } from './wasm-module.ts';

/** Which VMs are one: plugins that agree in all three share a VM in each thread. */
export interface VmConfig {
  readonly module: WasmModule;
  readonly vmId?: string | undefined;
  readonly vmConfiguration?: Uint8Array | undefined;
}

export function vmKey({ module, vmId, vmConfiguration }: VmConfig): string {
  return createHash('sha256')
    .update(JSON.stringify([vmId ?? '', module.hash]))
    .update(vmConfiguration ?? new Uint8Array(0))
    .digest('hex');
}

export class BaseVm {
  /** Set when a worker alone refused a plugin: every later configuration of this key is then rejected. */
  failure: string | undefined;
  /** True when not even the base could be started. */
  readonly broken: boolean;
  private readonly canaries = new Map<string, string | undefined>();
  private holders = 0;

  constructor(
    readonly key: string,
    readonly config: VmConfig,
    private readonly environment: Environment,
    private readonly onUnused: () => void,
  ) {
    try {
      this.failure = this.instantiate(0).failure;
    } catch (error) {
      this.failure = `Failed to create new Wasm instance: ${String(error)}`;
    }
    this.broken = this.failure !== undefined;
  }

  /** A VM of its own for a thread. */
  instantiate(worker: number): Vm {
    const { module, vmId, vmConfiguration } = this.config;
    return new Vm(module, { environment: this.environment, vmId, vmConfiguration, worker });
  }

  /**
   * Tries a plugin in a VM that is thrown away afterwards without a callback; what it wrote into shared data stays.
   * What `proxy_on_configure` answered is remembered, a refusal by `proxy_on_vm_start` is not.
   * @returns why it was refused, or undefined.
   */
  canary(plugin: Plugin): string | undefined {
    if (this.canaries.has(plugin.key)) return this.canaries.get(plugin.key);
    const vm = this.instantiate(0);
    if (vm.failure !== undefined) return vm.failure;
    const handle = vm.plugins.obtain(plugin);
    const refusal = typeof handle === 'string' ? handle : undefined;
    if (refusal === undefined || !refusal.startsWith('proxy_on_vm_start'))
      this.canaries.set(plugin.key, refusal);
    vm.abandon();
    return refusal;
  }

  retain(): void {
    this.holders++;
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.onUnused();
  }
}
