import { createHash } from 'node:crypto';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { encode, type AnyResource, type EncodedAny } from '../../envoy/resources/index.ts';

/** One resource, encoded once and sent to every proxy as these bytes. */
export interface Resource {
  readonly name: string;
  /** A hash of the content: the same from every replica, so that a proxy which goes to another is sent nothing again. */
  readonly version: string;
  /** An entry of `DeltaDiscoveryResponse.resources`: tag, length and the encoded `envoy.service.discovery.v3.Resource`. */
  readonly bytes: Buffer;
}

/** All resources of one type, by name. */
export type Resources = ReadonlyMap<string, Resource>;

/** All that proxies are to have: type URL → name → resource. Never changed once made. */
export type Snapshot = ReadonlyMap<string, Resources>;

/** A resource and the name under which it is asked for. */
export interface NamedAny {
  readonly name: string;
  readonly any: EncodedAny;
}

export const NO_RESOURCES: Resources = new Map();

/**
 * Makes a snapshot of typed resources; each is checked and encoded (see `envoy/resources`).
 *
 * @param previous its resources are taken over where the content is the same, so that it is not kept twice
 * @throws ResourceError where Envoy would refuse a resource; TypeError where one has no name or one has it already
 */
export function snapshotOf(resources: Iterable<AnyResource>, previous?: Snapshot): Snapshot {
  const named = function* (): Generator<NamedAny> {
    for (const resource of resources) yield { name: nameOf(resource), any: encode(resource) };
  };
  return snapshotOfEncoded(named(), previous);
}

/** As {@link snapshotOf}, of resources that are encoded already. */
export function snapshotOfEncoded(resources: Iterable<NamedAny>, previous?: Snapshot): Snapshot {
  const snapshot = new Map<string, Map<string, Resource>>();
  for (const { name, any } of resources) {
    let ofType = snapshot.get(any.type_url);
    if (ofType === undefined) snapshot.set(any.type_url, (ofType = new Map<string, Resource>()));
    if (name === '') throw new TypeError(`a resource of type ${any.type_url} has no name`);
    if (ofType.has(name)) throw new TypeError(`two resources of type ${any.type_url} have the name ${name}`);
    const version = createHash('sha256').update(any.value).digest('base64url').slice(0, 22);
    const known = previous?.get(any.type_url)?.get(name);
    ofType.set(name, known?.version === version ? known : encodeResource(name, version, any));
  }
  return snapshot;
}

/** The name by which a proxy asks for a resource: endpoints have their cluster's. */
function nameOf(resource: AnyResource): string {
  const { name, cluster_name: cluster } = resource as { name?: string; cluster_name?: string };
  return name ?? cluster ?? '';
}

/** Field numbers: envoy/service/discovery/v3/discovery.proto, messages DeltaDiscoveryResponse and Resource. */
function encodeResource(name: string, version: string, any: EncodedAny): Resource {
  const writer = new BinaryWriter();
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(3, WireType.LengthDelimited).string(name);
  writer.tag(1, WireType.LengthDelimited).string(version);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(any.type_url);
  writer.tag(2, WireType.LengthDelimited).bytes(any.value);
  writer.join().join();
  const bytes = writer.finish();
  return { name, version, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
