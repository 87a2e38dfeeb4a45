import type { DescEnum, DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { registry } from '../../api/descriptors.ts';
import { messagePlan } from '../message.ts';
import { hasOwnForm } from '../well-known.ts';

const HEAD = '// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.\n';

/** The forms of json.ts that generated code may name. */
const FORMS = [
  'AtMostOneOf',
  'Bytes',
  'Duration',
  'JsonObject',
  'JsonValue',
  'Long',
  'NoFields',
  'OneOf',
  'Timestamp',
];

/**
 * TypeScript types for messages and all they refer to: one file for each proto package, and `index.ts` with the tables
 * `Messages` (by full name) and the union of what an Any may hold.
 *
 * @returns the files' contents by their names
 */
export function generate(roots: readonly string[]): Map<string, string> {
  const messages = new Map<string, DescMessage>();
  const enums = new Map<string, DescEnum>();
  roots.forEach((root) => collect(message(root), messages, enums));

  const files = new Map<string, string[]>();
  const put = (desc: DescMessage | DescEnum, code: string) => {
    const file = fileName(desc);
    files.set(file, [...(files.get(file) ?? []), code]);
  };
  const sorted = <T extends { typeName: string }>(all: Iterable<T>) =>
    [...all].sort((a, b) => (a.typeName < b.typeName ? -1 : 1));
  sorted(enums.values()).forEach((desc) => put(desc, enumCode(desc)));
  const own = sorted(messages.values()).filter((desc) => !hasOwnForm(desc.typeName));
  own.forEach((desc) => put(desc, messageCode(desc)));

  const out = new Map<string, string>();
  for (const [file, code] of files) {
    out.set(file, `${HEAD}${imports(file, code.join('\n'))}\n${code.join('\n')}`);
  }
  out.set('index.ts', indexCode(roots, own));
  return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function message(name: string): DescMessage {
  const desc = registry().getMessage(name);
  if (desc === undefined)
    throw new Error(`roots.ts: the Envoy v3 API has no message ${name}; check its spelling`);
  return desc;
}

function collect(desc: DescMessage, messages: Map<string, DescMessage>, enums: Map<string, DescEnum>): void {
  if (messages.has(desc.typeName)) return;
  messages.set(desc.typeName, desc);
  for (const field of written(desc)) {
    if (field.enum) enums.set(field.enum.typeName, field.enum);
    if (field.message) collect(field.message, messages, enums);
  }
}

/** Deprecated fields have no type, so nothing can be written in them. */
const written = (desc: DescMessage): DescField[] => desc.fields.filter((field) => !field.deprecated);

const fileName = (desc: DescMessage | DescEnum): string => `${desc.file.proto.package}.ts`;
const alias = (pkg: string): string => pkg.replaceAll('.', '_');
const localName = (desc: DescMessage | DescEnum): string =>
  desc.typeName.slice(desc.file.proto.package.length + 1).replaceAll('.', '_');
const reference = (desc: DescMessage | DescEnum): string =>
  `${alias(desc.file.proto.package)}.${localName(desc)}`;

function enumCode(desc: DescEnum): string {
  const names = desc.values.filter((value) => !value.deprecated).map((value) => `  | '${value.name}'`);
  return `/** ${desc.typeName} */\nexport type ${localName(desc)} =\n${names.join('\n')};\n`;
}

function messageCode(desc: DescMessage): string {
  const needed = messagePlan(desc).needed;
  const plain = written(desc).filter((field) => choice(field) === undefined);
  const choices = desc.oneofs.filter((oneof) =>
    oneof.fields.some((field) => choice(field) && !field.deprecated),
  );
  const lines = plain.map(
    (field) =>
      `  ${field.name}${needed.fields.includes(field) ? '' : '?'}: ${fieldType(field)}${
        needed.fields.includes(field) ? '' : ' | undefined'
      };`,
  );
  const name = localName(desc);
  const doc = `/** ${desc.typeName} */\n`;
  const fields = lines.length === 0 ? '' : `{\n${lines.join('\n')}\n}`;
  if (choices.length === 0) {
    return `${doc}export ${fields ? `interface ${name} ${fields}` : `type ${name} = NoFields;`}\n`;
  }
  const parts = choices.map((oneof) => oneofCode(oneof, needed.oneofs.includes(oneof)));
  return `${doc}export type ${name} = ${[fields, ...parts].filter(Boolean).join(' & ')};\n`;
}

/** The oneof that a field is a choice of; a field declared `optional` is alone in a synthetic one. */
const choice = (field: DescField): DescOneof | undefined =>
  field.fieldKind === 'list' || field.fieldKind === 'map' || field.proto.proto3Optional
    ? undefined
    : field.oneof;

function oneofCode(oneof: DescOneof, needed: boolean): string {
  const fields = oneof.fields.filter((field) => !field.deprecated);
  const lines = fields.map((field) => `  ${field.name}: ${fieldType(field)};`);
  return `${needed ? 'OneOf' : 'AtMostOneOf'}<{\n${lines.join('\n')}\n}>`;
}

function fieldType(field: DescField): string {
  if (field.fieldKind === 'list') return `readonly (${valueType(field)})[]`;
  if (field.fieldKind === 'map') return `{ readonly [key: string]: ${valueType(field)} }`;
  return valueType(field);
}

interface ValueType {
  readonly scalar?: ScalarType | undefined;
  readonly enum?: DescEnum | undefined;
  readonly message?: DescMessage | undefined;
}

function valueType(type: ValueType): string {
  if (type.enum) return reference(type.enum);
  if (type.message) return messageType(type.message);
  switch (type.scalar) {
    case ScalarType.STRING:
      return 'string';
    case ScalarType.BYTES:
      return 'Bytes';
    case ScalarType.BOOL:
      return 'boolean';
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 'Long';
    default:
      return 'number';
  }
}

function messageType(desc: DescMessage): string {
  if (isWrapperDesc(desc)) return valueType({ scalar: desc.fields[0]?.scalar });
  switch (desc.typeName) {
    case 'google.protobuf.Any':
      return 'AnyResource';
    case 'google.protobuf.Duration':
      return 'Duration';
    case 'google.protobuf.Timestamp':
      return 'Timestamp';
    case 'google.protobuf.Struct':
      return 'JsonObject';
    case 'google.protobuf.Value':
      return 'JsonValue';
    case 'google.protobuf.ListValue':
      return 'readonly JsonValue[]';
    case 'google.protobuf.FieldMask':
      return 'string';
    default:
      return reference(desc);
  }
}

/** The imports of what a file's code names; a file may name itself, so that every reference has one form. */
function imports(file: string, code: string): string {
  const forms = FORMS.filter((form) => new RegExp(`\\b${form}\\b`).test(code));
  const packages = [
    ...new Set([...code.matchAll(/\b([a-z0-9]+(?:_[a-z0-9]+)*)\.[A-Z]/g)].map((match) => match[1] ?? '')),
  ]
    .filter((name) => byAlias().has(name))
    .sort();
  const lines = [
    ...(forms.length > 0 ? [`import type { ${forms.join(', ')} } from '../json.ts';`] : []),
    ...(/\bAnyResource\b/.test(code) ? [`import type { AnyResource } from './index.ts';`] : []),
    ...packages.map((name) => `import type * as ${name} from './${byAlias().get(name) ?? ''}.ts';`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

let aliases: Map<string, string> | undefined;
function byAlias(): Map<string, string> {
  return (aliases ??= new Map([...registry().files].map((f) => [alias(f.proto.package), f.proto.package])));
}

function indexCode(roots: readonly string[], own: readonly DescMessage[]): string {
  const special = roots.map(message).filter((desc) => hasOwnForm(desc.typeName));
  const table = [
    ...own.map((desc) => `  '${desc.typeName}': ${reference(desc)};`),
    ...special.map((desc) => `  '${desc.typeName}': ${messageType(desc)};`),
  ].join('\n');
  const name = (desc: DescMessage) => `  | '${desc.typeName}'`;
  return `${HEAD}${imports('index.ts', table)}
/** The proto JSON of every message that has a type here, by its full name. */
export interface Messages {
${table}
}

/** Messages that stand under \`value\` in an Any. */
export type ValueTypeName =
${special.map(name).join('\n')};

/** Messages that may stand in an Any. */
export type TypeName =
${roots.map(message).map(name).join('\n')};

/** A google.protobuf.Any in proto JSON. */
export type TypedAny<T extends TypeName> = T extends ValueTypeName
  ? { '@type': \`type.googleapis.com/\${T}\`; value: Messages[T] }
  : { '@type': \`type.googleapis.com/\${T}\` } & Messages[T];

/** Whatever an Any may hold. */
export type AnyResource = { [T in TypeName]: TypedAny<T> }[TypeName];
`;
}
