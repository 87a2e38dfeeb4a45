import {
  ScalarType,
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescService,
} from '@bufbuild/protobuf';
import { fromJSON, type Options, type ServiceDefinition } from '@grpc/proto-loader';
import type { IEnum, INamespace, IService, IType } from 'protobufjs';
import { registry } from './api/descriptors.ts';

/**
 * How messages look in grpc-js: field names as Envoy writes them, 64-bit integers as strings, enums by name, oneofs
 * with the name of the set field, and only the fields that were sent. A map is an object. An Any stays
 * `{type_url, value: Buffer}`.
 */
const OPTIONS: Options = { keepCase: true, longs: String, enums: String, oneofs: true, defaults: false };

/**
 * A gRPC service of the Envoy v3 API, to be given to grpc-js (`server.addService`, `makeClientConstructor`), as in
 * `loadService('envoy.service.discovery.v3.AggregatedDiscoveryService')`.
 *
 * The messages are described to proto-loader in protobufjs's own JSON: from a descriptor set it reads every map as a
 * list of entries, and loading the whole API takes it over a second.
 *
 * @throws Error when the API has no such service
 */
export function loadService(name: string): ServiceDefinition {
  const service = registry().getService(name);
  if (service === undefined) throw new Error(`the Envoy v3 API has no service ${name}; check its full name`);
  const root: INamespace = { nested: {} };
  put(root, service.typeName, serviceJson(service));
  const seen = new Set<string>();
  for (const method of service.methods) {
    addMessage(root, method.input, seen);
    addMessage(root, method.output, seen);
  }
  return fromJSON(root, OPTIONS)[name] as ServiceDefinition;
}

function serviceJson(service: DescService): IService {
  const methods = service.methods.map((method) => [
    method.name,
    {
      requestType: `.${method.input.typeName}`,
      requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
      responseType: `.${method.output.typeName}`,
      responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    },
  ]);
  return { methods: Object.fromEntries(methods) as IService['methods'] };
}

/** Adds a message and all that it refers to. */
function addMessage(root: INamespace, desc: DescMessage, seen: Set<string>): void {
  if (seen.has(desc.typeName)) return;
  seen.add(desc.typeName);
  const oneofs = desc.oneofs.map((oneof) => [oneof.name, { oneof: oneof.fields.map((field) => field.name) }]);
  const type: IType = {
    fields: Object.fromEntries(desc.fields.map((field) => [field.name, fieldJson(field)])),
    oneofs: Object.fromEntries(oneofs) as NonNullable<IType['oneofs']>,
  };
  put(root, desc.typeName, type);
  for (const field of desc.fields) {
    if (field.message) addMessage(root, field.message, seen);
    if (field.enum && !seen.has(field.enum.typeName)) {
      seen.add(field.enum.typeName);
      put(root, field.enum.typeName, enumJson(field.enum));
    }
  }
}

function fieldJson(field: DescField): IType['fields'][string] {
  const named = field.message ?? field.enum;
  const type = named ? `.${named.typeName}` : scalarName(field.scalar ?? ScalarType.STRING);
  if (field.fieldKind === 'map')
    return { id: field.number, type, keyType: scalarName(field.mapKey) } as never;
  return field.fieldKind === 'list'
    ? { id: field.number, type, rule: 'repeated' }
    : { id: field.number, type };
}

const scalarName = (type: ScalarType): string => (ScalarType[type] ?? '').toLowerCase();

function enumJson(desc: DescEnum): IEnum {
  return { values: Object.fromEntries(desc.values.map((value) => [value.name, value.number])) };
}

/** Puts a type at its full name, making the namespaces and outer types on the way. */
function put(root: INamespace, name: string, json: IType | IEnum | IService): void {
  const steps = name.split('.');
  let at: INamespace = root;
  for (const step of steps) {
    const nested = (at.nested ??= {}) as Record<string, INamespace>;
    at = nested[step] ??= {};
  }
  Object.assign(at, json);
}
