// Queues between VMs. Source: proxy-wasm-cpp-host shared_queue.cc.
import { Status } from './abi.ts';

interface Queue {
  readonly items: Uint8Array[];
  ready: () => void;
}

export class SharedQueues {
  private readonly tokens = new Map<string, number>();
  private readonly queues = new Map<number, Queue>();

  /** Gives the queue's token; `ready` replaces whoever was told of new items before. Items stay. */
  register(vmId: string, name: string, ready: () => void): number {
    const key = JSON.stringify([vmId, name]);
    const token = this.tokens.get(key) ?? this.tokens.size + 1;
    this.tokens.set(key, token);
    const queue = this.queues.get(token);
    if (queue === undefined) this.queues.set(token, { items: [], ready });
    else queue.ready = ready;
    return token;
  }

  /** @returns the token, or 0 where nobody registered the queue. */
  resolve(vmId: string, name: string): number {
    return this.tokens.get(JSON.stringify([vmId, name])) ?? 0;
  }

  /** @returns the first item, or the status NotFound or Empty. */
  dequeue(token: number): Uint8Array | number {
    const queue = this.queues.get(token);
    if (queue === undefined) return Status.NotFound;
    return queue.items.shift() ?? Status.Empty;
  }

  /** @returns Ok or NotFound. */
  enqueue(token: number, item: Uint8Array): number {
    const queue = this.queues.get(token);
    if (queue === undefined) return Status.NotFound;
    queue.items.push(item);
    queue.ready();
    return Status.Ok;
  }
}
