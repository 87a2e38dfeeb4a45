/** Single reads and writes. */
import type { IRangeRequest, IRangeResponse } from 'etcd3';
import { isCohortError } from '../errors.ts';
import type { Endpoints } from './endpoints.ts';
import { rangeEnd, toBuffer, toEntry, toEtcd } from './keys.ts';
import type { CallOptions, Entry, Listing, PutOptions, ReadOptions, Revision, Transaction } from './store.ts';
import { conflictError, fencedError, outcome, toRequest } from './transaction.ts';

const DEFAULT_PAGE = 500;
/** How often a long list is begun anew because etcd compacted its revision meanwhile. */
const LIST_ATTEMPTS = 5;

export class KeyValues {
  private readonly endpoints: Endpoints;
  private readonly prefix: string;

  constructor(endpoints: Endpoints, prefix: string) {
    this.endpoints = endpoints;
    this.prefix = prefix;
  }

  async get(key: string, options: ReadOptions = {}): Promise<Entry | undefined> {
    const { entry } = await this.read(key, options);
    return entry;
  }

  /** With the revision of the whole store at which it was read. */
  async read(
    key: string,
    options: ReadOptions = {},
  ): Promise<{ entry: Entry | undefined; revision: Revision }> {
    const response = await this.range(`get ${key}`, this.request(key, options), options);
    const kv = response.kvs[0];
    return { entry: kv && toEntry(this.prefix, kv), revision: Number(response.header.revision) };
  }

  /** Page by page, all of one revision. */
  async list(prefix: string, options: ReadOptions = {}): Promise<Listing> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.listOnce(prefix, options);
      } catch (error) {
        const again = options.revision === undefined && isCohortError(error, 'COHORT_STORE_COMPACTED');
        if (!again || attempt === LIST_ATTEMPTS) throw error;
      }
    }
  }

  private async listOnce(prefix: string, options: ReadOptions): Promise<Listing> {
    const limit = options.pageSize ?? DEFAULT_PAGE;
    const range_end = rangeEnd(this.prefix + prefix);
    const entries: Entry[] = [];
    let { revision } = options;
    let from = toEtcd(this.prefix, prefix);
    for (;;) {
      const request = { ...this.request(prefix, { ...options, revision }), key: from, range_end, limit };
      const response = await this.range(`list ${prefix}`, request, options);
      revision ??= Number(response.header.revision);
      for (const kv of response.kvs) entries.push(toEntry(this.prefix, kv));
      const last = response.kvs.at(-1);
      if (!response.more || last === undefined) return { entries, revision };
      // The least key after the last one.
      from = Buffer.concat([last.key, Buffer.from([0])]);
    }
  }

  async put(key: string, value: Uint8Array | string, options: PutOptions = {}): Promise<Revision> {
    const { lease } = options;
    const request = {
      key: toEtcd(this.prefix, key),
      value: toBuffer(value),
      ...(lease === undefined ? {} : { lease }),
    };
    const response = await this.endpoints.call(
      `put ${key}`,
      (client, attempt) => client.kv.put(request, attempt.options),
      options,
    );
    return Number(response.header.revision);
  }

  async delete(key: string, options: CallOptions = {}): Promise<boolean> {
    const { deleted } = await this.endpoints.call(
      `delete ${key}`,
      (client, attempt) => client.kv.deleteRange({ key: toEtcd(this.prefix, key) }, attempt.options),
      options,
    );
    return Number(deleted) > 0;
  }

  async transact(transaction: Transaction, options: CallOptions = {}): Promise<Revision> {
    const request = toRequest(this.prefix, transaction);
    let uncertain = false;
    const response = await this.endpoints.call(
      'transaction',
      (client, attempt) => {
        uncertain = attempt.uncertain;
        return client.kv.txn(request, attempt.options);
      },
      options,
    );
    const result = outcome(this.prefix, transaction, response, uncertain);
    switch (result.kind) {
      case 'done':
        return result.revision;
      case 'fenced':
        throw fencedError(transaction);
      case 'conflict':
        throw conflictError(result.conflicts);
    }
  }

  private request(
    key: string,
    options: { revision?: Revision | undefined; keysOnly?: boolean },
  ): IRangeRequest {
    return {
      key: toEtcd(this.prefix, key),
      ...(options.revision === undefined ? {} : { revision: options.revision }),
      ...(options.keysOnly === true ? { keys_only: true } : {}),
    };
  }

  private range(what: string, request: IRangeRequest, options: CallOptions): Promise<IRangeResponse> {
    return this.endpoints.call(what, (client, attempt) => client.kv.range(request, attempt.options), options);
  }
}
