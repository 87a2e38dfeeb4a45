// Key-value data that all VMs of one vm_id in a process share.
// Source: proxy-wasm-cpp-host shared_data.cc.
import { Status } from './abi.ts';

/** A value with the number that changes at every write. Shared between readers: not to be written to. */
export interface SharedValue {
  readonly value: Uint8Array;
  readonly cas: number;
}

export class SharedData {
  private readonly byVmId = new Map<string, Map<string, SharedValue>>();
  private nextCas = 1;

  get(vmId: string, key: string): SharedValue | undefined {
    return this.byVmId.get(vmId)?.get(key);
  }

  /**
   * Sets a value. A `cas` that is not 0 must be that of the value that is there; where there is none, any will do.
   * @returns Ok or CasMismatch.
   */
  set(vmId: string, key: string, value: Uint8Array, cas = 0): number {
    let map = this.byVmId.get(vmId);
    if (map === undefined) this.byVmId.set(vmId, (map = new Map()));
    const existing = map.get(key);
    if (existing !== undefined && cas !== 0 && cas !== existing.cas) return Status.CasMismatch;
    map.set(key, { value, cas: this.nextCas });
    this.nextCas = (this.nextCas + 1) >>> 0 || 1;
    return Status.Ok;
  }

  keys(vmId: string): string[] {
    return [...(this.byVmId.get(vmId)?.keys() ?? [])];
  }

  /** The last VM of a vm_id takes its data with it. */
  deleteVmId(vmId: string): void {
    this.byVmId.delete(vmId);
  }
}
