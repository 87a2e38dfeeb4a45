/** One watch stream at one member: from a revision on until it breaks. */
import { castGrpcError, GRPCUnavailableError } from 'etcd3';
import type { Etcd3, IDuplexStream, IWatchRequest, IWatchResponse } from 'etcd3';
import type { Attempt } from './endpoints.ts';
import { toEntry } from './keys.ts';
import type { EtcdEvent } from './watch-state.ts';
import type { Revision } from './store.ts';

export interface WatchRange {
  readonly key: Buffer;
  readonly range_end?: Buffer;
}

export interface StreamListener {
  events(events: EtcdEvent[]): void;
  /** The member has sent everything up to `revision`. */
  progress(revision: Revision): void;
  /** Called once, whatever ended it, `close()` excepted. */
  ended(why: string): void;
}

/**
 * The etcd3 package's own watcher goes on from the revision at which it was *created* when it breaks before the events in
 * between have come, and so loses them; this one leaves going on to its owner.
 */
export class WatchStream {
  readonly endpoint: string;
  private readonly stream: IDuplexStream<IWatchRequest, IWatchResponse>;
  private readonly listener: StreamListener;
  private readonly prefix: string;
  private closed = false;

  private constructor(
    endpoint: string,
    stream: IDuplexStream<IWatchRequest, IWatchResponse>,
    prefix: string,
    listener: StreamListener,
  ) {
    this.endpoint = endpoint;
    this.stream = stream;
    this.prefix = prefix;
    this.listener = listener;
  }

  /** Resolves when etcd has confirmed the watch; what comes before that is buffered by gRPC. */
  static async open(
    client: Etcd3,
    attempt: Attempt,
    range: WatchRange,
    from: Revision,
    prefix: string,
    listener: StreamListener,
  ): Promise<WatchStream> {
    const raw = await client.watchClient.watch();
    const watch = new WatchStream(attempt.endpoint, raw, prefix, listener);
    await new Promise<void>((resolve, reject) => {
      let confirmed = false;
      const end = (error: Error): void => {
        attempt.signal.removeEventListener('abort', givenUp);
        if (confirmed) watch.abandon(error.message);
        else {
          watch.close();
          reject(error);
        }
      };
      const givenUp = (): void => end(new GRPCUnavailableError('the watch was not confirmed in time'));
      if (attempt.signal.aborted) givenUp();
      else attempt.signal.addEventListener('abort', givenUp);
      raw.on('error', (error) => end(castGrpcError(error)));
      raw.on('end', () => end(new GRPCUnavailableError('the member ended the stream')));
      raw.on('data', (response) => {
        if (response.canceled) end(new Error(cancelReason(response)));
        else if (response.created) {
          attempt.signal.removeEventListener('abort', givenUp);
          confirmed = true;
          resolve();
        } else watch.receive(response);
      });
      if (!attempt.signal.aborted) raw.write({ create_request: { ...range, start_revision: from } });
    });
    return watch;
  }

  /** Asks the member how far it is; the answer comes as `progress`. Needs etcd 3.4. */
  requestProgress(): void {
    if (!this.closed) this.stream.write({ progress_request: {} });
  }

  /** Nothing is told after this. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.stream.cancel();
  }

  /** Ends it as if it had broken. */
  abandon(why: string): void {
    if (this.closed) return;
    this.close();
    this.listener.ended(why);
  }

  private receive(response: IWatchResponse): void {
    if (this.closed) return;
    if (response.events.length === 0) {
      this.listener.progress(Number(response.header.revision));
      return;
    }
    this.listener.events(
      response.events.map(({ type, kv }) => {
        const entry = toEntry(this.prefix, kv);
        // Where etcd3's type says a number there comes a name: `Put` or `Delete`.
        const deleted = String(type).toLowerCase() === 'delete';
        return { key: entry.key, revision: entry.revision, entry: deleted ? undefined : entry };
      }),
    );
  }
}

function cancelReason(response: IWatchResponse): string {
  if (Number(response.compact_revision) > 0) {
    return `etcdserver: mvcc: required revision has been compacted (up to ${response.compact_revision})`;
  }
  return response.cancel_reason || 'the member cancelled the watch';
}
