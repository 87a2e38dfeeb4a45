/** etcd's lease calls, one by one. */
import { castGrpcError, GRPCUnavailableError } from 'etcd3';
import type { Etcd3 } from 'etcd3';
import type { Attempt, Endpoints } from './endpoints.ts';
import type { KeyValues } from './kv.ts';

/** What a lease needs of etcd. Every call fails after `timeoutMs`. */
export interface LeaseCalls {
  /** @returns etcd's id, and the TTL it grants, which may be longer than asked for */
  grant(ttlSeconds: number, timeoutMs: number): Promise<{ id: string; ttlSeconds: number }>;
  /** @returns the TTL from now on; 0: there is no such lease (any more) */
  keepAlive(id: string, timeoutMs: number): Promise<number>;
  revoke(id: string, timeoutMs: number): Promise<void>;
  /** @throws COHORT_STORE_LEASE_LOST */
  put(key: string, value: Uint8Array, id: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

export function leaseCalls(endpoints: Endpoints, kv: KeyValues): LeaseCalls {
  return {
    async grant(ttlSeconds, timeoutMs) {
      const { ID, TTL } = await endpoints.call(
        'grant a lease',
        (client, attempt) => client.leaseClient.leaseGrant({ TTL: ttlSeconds }, attempt.options),
        { timeoutMs, attemptTimeoutMs: timeoutMs / 2 },
      );
      return { id: ID, ttlSeconds: Number(TTL) };
    },
    keepAlive: (id, timeoutMs) =>
      endpoints.call(`keep lease ${id}`, (client, attempt) => keepAliveOnce(client, attempt, id), {
        timeoutMs,
        attemptTimeoutMs: timeoutMs / 2,
      }),
    async revoke(id, timeoutMs) {
      await endpoints.call(
        `revoke lease ${id}`,
        (client, attempt) => client.leaseClient.leaseRevoke({ ID: id }, attempt.options),
        { timeoutMs },
      );
    },
    put: (key, value, id) => kv.put(key, value, { lease: id }),
    delete: (key) => kv.delete(key),
  };
}

/**
 * etcd offers keepalives as a stream only. One stream for each, as `KeepAliveOnce` of etcd's own client has it: nothing
 * stays open, so nothing has to be watched for having gone silent.
 */
async function keepAliveOnce(client: Etcd3, attempt: Attempt, id: string): Promise<number> {
  const stream = await client.leaseClient.leaseKeepAlive();
  try {
    return await new Promise<number>((resolve, reject) => {
      const ended = (): void => reject(new GRPCUnavailableError('the member gave no answer'));
      if (attempt.signal.aborted) ended();
      else attempt.signal.addEventListener('abort', ended, { once: true });
      stream.on('data', ({ TTL }) => resolve(Number(TTL)));
      stream.on('error', (error) => reject(castGrpcError(error)));
      stream.on('end', ended);
      if (!attempt.signal.aborted) stream.write({ ID: id });
    });
  } finally {
    stream.cancel();
  }
}
