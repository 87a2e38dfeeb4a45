/** `fleet.proto` as bytes. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import type { Batch, ProxyFacts, Published, RefusedFact, ViewFacts } from './facts.ts';

/** A batch whose reports are still the bytes that the filters sent. */
export interface EncodedBatch extends Omit<Batch, 'reports'> {
  readonly reports: readonly { readonly bytes: Buffer; readonly agoMs: number }[];
}

const root = protobuf.loadSync(join(dirname(fileURLToPath(import.meta.url)), 'fleet.proto'));
const request = root.lookupType('cohort.v1.ForwardRequest');
const answer = root.lookupType('cohort.v1.ForwardAnswer');

/** Ages in whole milliseconds, not negative; 32 bits are 49 days. */
const age = (ms: number): number => Math.min(0xffff_ffff, Math.max(0, Math.round(ms)));

export function encodeBatch(batch: EncodedBatch): Buffer {
  const message = request.fromObject({
    replica: batch.replica,
    run: batch.run,
    everything: batch.everything,
    ...(batch.published === undefined ? {} : { published: batch.published }),
    hasProxies: batch.proxies !== undefined,
    proxies: (batch.proxies ?? []).map((proxy) => ({
      ...proxy,
      workers: proxy.workers ?? 0,
      version: proxy.version ?? '',
      connectedForMs: age(proxy.connectedForMs),
      acks: [...(proxy.acks ?? [])],
      refused: proxy.refused.map((refused) => ({ ...refused, agoMs: age(refused.agoMs) })),
    })),
    viewers: [...(batch.viewers ?? [])],
    views: batch.views.map(({ node, sightings }) => ({
      node,
      sightings: sightings.map((sighting) => ({ ...sighting, sinceAgoMs: age(sighting.sinceAgoMs) })),
    })),
    reports: batch.reports.map(({ bytes, agoMs }) => ({ report: bytes, agoMs: age(agoMs) })),
  });
  return Buffer.from(request.encode(message).finish());
}

interface RawBatch extends Pick<Batch, 'replica' | 'run' | 'everything'> {
  readonly hasProxies: boolean;
  readonly proxies: readonly (Omit<ProxyFacts, 'workers' | 'version' | 'refused'> & {
    readonly workers: number;
    readonly version: string;
    readonly refused: readonly RefusedFact[];
  })[];
  readonly viewers: readonly string[];
  readonly published?: Published | null;
  readonly views: readonly ViewFacts[];
  readonly reports: readonly { readonly report: Uint8Array; readonly agoMs: number }[];
}

/** Throws where the bytes are none; a report in it that is none is left out and counted. */
export function decodeBatch(bytes: Uint8Array): { batch: Batch; badReports: number } {
  const raw = request.toObject(request.decode(bytes), {
    defaults: true,
    arrays: true,
    longs: Number,
  }) as RawBatch;
  let badReports = 0;
  const reports = raw.reports.flatMap(({ report, agoMs }) => {
    try {
      return [{ report: decodeReport(report), agoMs }];
    } catch {
      badReports++;
      return [];
    }
  });
  const proxies = raw.proxies.map((proxy) => ({
    ...proxy,
    workers: proxy.workers === 0 ? undefined : proxy.workers,
    version: proxy.version === '' ? undefined : proxy.version,
  }));
  const batch: Batch = {
    replica: raw.replica,
    run: raw.run,
    everything: raw.everything,
    ...(raw.published ? { published: raw.published } : {}),
    proxies: raw.hasProxies ? proxies : undefined,
    viewers: raw.hasProxies ? raw.viewers : undefined,
    views: raw.views,
    reports,
  };
  return { batch, badReports };
}

export function encodeAnswer(sendEverything: boolean): Buffer {
  return Buffer.from(answer.encode(answer.fromObject({ sendEverything })).finish());
}

export function decodeAnswer(bytes: Uint8Array): { sendEverything: boolean } {
  return answer.toObject(answer.decode(bytes), { defaults: true }) as { sendEverything: boolean };
}
