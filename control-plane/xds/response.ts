import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Resource } from './snapshot.ts';

/** What one response tells a proxy. */
export interface Push {
  readonly typeUrl: string;
  readonly resources: readonly Resource[];
  /** Names that do not exist (any more). */
  readonly removed: readonly string[];
}

/** An encoded DeltaDiscoveryResponse. */
export interface EncodedResponse {
  readonly nonce: number;
  readonly bytes: Buffer;
}

interface Kept extends EncodedResponse {
  readonly push: Push;
}

/**
 * Writes responses. The last one of each type is kept: a change that goes to a thousand proxies is written once, nonce
 * included. A nonce need only be new to its own stream.
 */
export class ResponseWriter {
  private readonly kept = new Map<string, Kept>();
  private lastNonce = 0;

  /** @param above the nonce that the stream was given last; the response's is greater */
  write(push: Push, above: number): EncodedResponse {
    const kept = this.kept.get(push.typeUrl);
    if (kept !== undefined && kept.nonce > above && isSame(kept.push, push)) return kept;
    const nonce = ++this.lastNonce;
    const response = { nonce, bytes: encode(push, String(nonce)), push };
    this.kept.set(push.typeUrl, response);
    return response;
  }
}

/** Resources of equal content are the same object (see `snapshotOf`); if not, no more than a second writing is lost. */
function isSame(a: Push, b: Push): boolean {
  return (
    a.resources.length === b.resources.length &&
    a.removed.length === b.removed.length &&
    a.resources.every((resource, i) => resource === b.resources[i]) &&
    a.removed.every((name, i) => name === b.removed[i])
  );
}

/** Field numbers: envoy/service/discovery/v3/discovery.proto, message DeltaDiscoveryResponse. */
function encode(push: Push, nonce: string): Buffer {
  const writer = new BinaryWriter();
  writer.tag(4, WireType.LengthDelimited).string(push.typeUrl);
  writer.tag(5, WireType.LengthDelimited).string(nonce);
  for (const name of push.removed) writer.tag(6, WireType.LengthDelimited).string(name);
  return Buffer.concat([writer.finish(), ...push.resources.map(({ bytes }) => bytes)]);
}
