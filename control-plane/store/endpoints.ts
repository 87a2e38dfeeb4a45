/**
 * The members of etcd, and calls that find one that answers.
 *
 * etcd3's own pool draws a member at random for each call, has no deadlines, and after three failures locks a member out
 * for five seconds. So there is one etcd3 client for each member here, without its retries, and this file's own rule: stay
 * with the member that answered last, and go to the next one when it fails or is silent.
 */
import { setMaxListeners } from 'node:events';
import { Etcd3 } from 'etcd3';
import type { IOptions } from 'etcd3';
import { classify, refusal, stopped, unavailable } from './failures.ts';
import { sleep } from './clock.ts';
import type { Settings } from './options.ts';

/** One attempt of a call. */
export interface Attempt {
  /** The member's URL. */
  readonly endpoint: string;
  /** Milliseconds that this attempt may take. */
  readonly timeoutMs: number;
  /** For unary calls: etcd3 takes it as their last argument. */
  readonly options: { readonly deadline: Date };
  /** An attempt before this one may have done what was asked. */
  readonly uncertain: boolean;
  /** Aborted when nobody waits for this attempt any more. */
  readonly signal: AbortSignal;
}

export interface CallLimits {
  /** Default: the store's. */
  readonly timeoutMs?: number;
  /** Default: the store's. */
  readonly attemptTimeoutMs?: number;
}

/** Between two rounds over all members. */
const PAUSE_MS = { first: 50, most: 500 };
/** An attempt shorter than this is not worth making. */
const LEAST_ATTEMPT_MS = 10;

type FaultPolicy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;
/** No retry and no circuit breaker. */
const PLAIN = {
  execute: (call: (context: object) => unknown) => Promise.resolve().then(() => call({})),
} as unknown as FaultPolicy;

/** Options of @grpc/grpc-js. */
const CHANNEL = {
  // etcd ends connections that ping more often than its --grpc-keepalive-min-time (5 s), or without a call.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 0,
  // The default lets the pause grow to two minutes: a returning etcd would not be noticed.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // The default of 4 MiB is less than a few changes of large values in one answer.
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.service_config_disable_resolution': 1,
};

export class Endpoints {
  private readonly clients: readonly { readonly endpoint: string; readonly client: Etcd3 }[];
  private readonly settings: Settings;
  private readonly stopping = new AbortController();
  /** Index of the member to ask first: the one that answered last. */
  private preferred: number;

  constructor(settings: Settings) {
    this.settings = settings;
    this.clients = settings.endpoints.map((endpoint) => ({
      endpoint,
      client: new Etcd3(clientOptions(settings, endpoint)),
    }));
    // One for each call that is under way: a replica begins with more than the ten that Node.js takes for a leak.
    setMaxListeners(0, this.stopping.signal);
    // Replicas spread over the members.
    this.preferred = Math.floor(settings.random() * this.clients.length);
  }

  /**
   * Makes a call at one member after the other until one answers or the time is up.
   *
   * @param what names the call in errors
   * @param make the call; it must settle, or be of no consequence, after `attempt.timeoutMs`
   * @throws COHORT_STORE_UNAVAILABLE, COHORT_STORE_STOPPED, or what etcd refused it with
   */
  async call<T>(
    what: string,
    make: (client: Etcd3, attempt: Attempt) => Promise<T>,
    limits: CallLimits = {},
  ): Promise<T> {
    const { clock } = this.settings;
    const timeoutMs = limits.timeoutMs ?? this.settings.timeoutMs;
    const end = clock.now() + timeoutMs;
    const reasons = new Map<string, string>();
    let uncertain = false;
    let index = this.preferred;
    for (let tried = 0; ; tried++) {
      if (this.stopping.signal.aborted) throw stopped(what);
      const left = end - clock.now();
      const member = this.clients[index];
      if (member === undefined || (tried > 0 && left < LEAST_ATTEMPT_MS)) {
        throw unavailable(what, timeoutMs, reasons, uncertain);
      }
      const over = new AbortController();
      const attempt = this.attempt(member.endpoint, left, { uncertain, signal: over.signal }, limits);
      try {
        const answer = await this.within(attempt.timeoutMs, make(member.client, attempt));
        this.preferred = index;
        return answer;
      } catch (error) {
        over.abort();
        if (this.stopping.signal.aborted) throw stopped(what);
        const failure = error instanceof Silent ? error.failure : classify(error);
        if (failure.kind === 'refused') throw refusal(what, failure, error);
        uncertain ||= failure.kind === 'uncertain';
        reasons.set(member.endpoint, failure.why);
      }
      index = (index + 1) % this.clients.length;
      const rounds = (tried + 1) / this.clients.length;
      if (Number.isInteger(rounds)) {
        const pause = Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** (rounds - 1), end - clock.now());
        if (pause > 0) await sleep(clock, pause, this.stopping.signal);
      }
    }
  }

  /** Says that a member which seemed to work does not: the next call goes to another one first. */
  suspect(endpoint: string): void {
    if (this.clients[this.preferred]?.endpoint !== endpoint) return;
    this.preferred = (this.preferred + 1) % this.clients.length;
  }

  /** Closes all connections; calls under way fail with COHORT_STORE_STOPPED. */
  stop(): void {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    for (const { client } of this.clients) client.close();
  }

  private attempt(
    endpoint: string,
    left: number,
    state: Pick<Attempt, 'uncertain' | 'signal'>,
    limits: CallLimits,
  ): Attempt {
    const most = limits.attemptTimeoutMs ?? this.settings.attemptTimeoutMs;
    const timeoutMs = Math.max(1, this.clients.length === 1 ? left : Math.min(left, most));
    return { ...state, endpoint, timeoutMs, options: { deadline: new Date(Date.now() + timeoutMs) } };
  }

  /** gRPC's deadline does not cover what etcd3 does before the call, such as signing in. */
  private within<T>(timeoutMs: number, call: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        cancel();
        this.stopping.signal.removeEventListener('abort', stop);
      };
      const stop = (): void => {
        end();
        reject(new Silent(timeoutMs));
      };
      const cancel = this.settings.clock.after(timeoutMs, stop);
      this.stopping.signal.addEventListener('abort', stop);
      call.then(
        (answer) => {
          end();
          resolve(answer);
        },
        (error: unknown) => {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}

class Silent extends Error {
  readonly failure;
  constructor(timeoutMs: number) {
    super('silent');
    this.failure = { kind: 'uncertain', why: `no answer within ${Math.round(timeoutMs)} ms` } as const;
  }
}

function clientOptions(settings: Settings, endpoint: string): IOptions {
  const { auth, tls, timeoutMs } = settings;
  return {
    hosts: endpoint,
    grpcOptions: CHANNEL,
    // For the calls that etcd3 makes of itself; ours bring their own deadline.
    defaultCallOptions: (context) =>
      context.isStream ? {} : { deadline: Date.now() + Math.min(timeoutMs, settings.attemptTimeoutMs) },
    faultHandling: { host: () => PLAIN, global: PLAIN },
    ...(auth ? { auth: { ...auth } } : {}),
    ...(tls
      ? {
          credentials: {
            // etcd3's type asks for it; without one gRPC takes Node's list.
            rootCertificate: tls.ca as Buffer,
            ...(tls.key && tls.cert ? { privateKey: tls.key, certChain: tls.cert } : {}),
          },
        }
      : {}),
  };
}
