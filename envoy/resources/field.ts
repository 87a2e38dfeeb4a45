import { ScalarType, type DescEnum, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { writeAny } from './any-writer.ts';
import { Fault } from './errors.ts';
import { messagePlan } from './message.ts';
import { fieldRules, type FieldRules } from './rules/field.ts';
import type { Check } from './rules/rule.ts';
import { enumCodec, isZero, scalarCodec, zeroOf, type Scalar, type ScalarCodec } from './scalars.ts';
import { durationNanoseconds, ownForm, type BodyWriter } from './well-known.ts';

/** Writes one present field, tag included. */
export type FieldWriter = (json: unknown, writer: BinaryWriter) => void;

/** Writes one value with its tag; `always` also where it is the type's zero. */
type ValueWriter = (json: unknown, writer: BinaryWriter, number: number, always: boolean) => void;

/** What writes a field, and why (if at all) it may not be left out. */
export function compileField(field: DescField): { write: FieldWriter; needed: string | undefined } {
  const rules = fieldRules(field);
  switch (field.fieldKind) {
    case 'list':
      return { write: listWriter(field, rules), needed: rules.size?.(0) };
    case 'map':
      return { write: mapWriter(field, rules), needed: rules.size?.(0) };
    case 'message': {
      const write = valueWriter(field, rules, rules.value);
      return {
        write: (json, writer) => write(json, writer, field.number, true),
        // In a oneof it only says that the field is not empty when it is the one chosen.
        needed: rules.required && field.oneof === undefined ? 'is required' : undefined,
      };
    }
    default: {
      const write = valueWriter(field, rules, rules.value);
      // A scalar of a oneof, or one declared `optional`, is written even when it is zero.
      const hasPresence = field.oneof !== undefined || field.proto.proto3Optional;
      const zero = field.fieldKind === 'enum' ? 0 : zeroOf(field.scalar);
      return {
        write: (json, writer) => write(json, writer, field.number, hasPresence),
        needed: hasPresence ? undefined : (rules.value as Check<Scalar> | undefined)?.(zero),
      };
    }
  }
}

interface ValueType {
  readonly scalar?: ScalarType | undefined;
  readonly enum?: DescEnum | undefined;
  readonly message?: DescMessage | undefined;
}

function valueWriter(type: ValueType, rules: FieldRules, check: Check<never> | undefined): ValueWriter {
  if (type.message !== undefined) {
    const body = bodyWriter(type.message, rules, check);
    return (json, writer, number) => {
      writer.tag(number, WireType.LengthDelimited).fork();
      body(json, writer);
      writer.join();
    };
  }
  const codec = type.enum ? enumCodec(type.enum) : scalarCodec(type.scalar ?? ScalarType.STRING);
  return (json, writer, number, always) => writeScalar(codec, check, json, writer, number, always);
}

function writeScalar(
  codec: ScalarCodec,
  check: Check<never> | undefined,
  json: unknown,
  writer: BinaryWriter,
  number: number,
  always: boolean,
): void {
  const value = checkedScalar(codec, check, json);
  if (always || !isZero(value)) codec.write(writer.tag(number, codec.wireType), value);
}

function checkedScalar(codec: ScalarCodec, check: Check<never> | undefined, json: unknown): Scalar {
  const value = codec.parse(json);
  hold(check as Check<Scalar> | undefined, value, json);
  return value;
}

/** The writer of a message's body, by the form its type has in proto JSON. */
function bodyWriter(desc: DescMessage, rules: FieldRules, check: Check<never> | undefined): BodyWriter {
  if (desc.typeName === 'google.protobuf.Any') {
    return (json, writer) => writeAny(json, writer, (name) => hold(rules.type, name, json));
  }
  if (isWrapperDesc(desc)) return wrapperWriter(desc, check);
  const own = ownForm(desc.typeName);
  if (own === undefined) return (json, writer) => messagePlan(desc).write(json, writer);
  if (check === undefined || desc.typeName !== 'google.protobuf.Duration') return own;
  return (json, writer) => {
    hold(check as Check<bigint>, durationNanoseconds(json), json);
    own(json, writer);
  };
}

/** google.protobuf.UInt32Value and its like: the plain value in JSON, a message with field 1 on the wire. */
export function wrapperWriter(desc: DescMessage, check?: Check<never>): BodyWriter {
  const codec = scalarCodec(desc.fields[0]?.scalar ?? ScalarType.STRING);
  return (json, writer) => writeScalar(codec, check, json, writer, 1, false);
}

function listWriter(field: DescField & { fieldKind: 'list' }, rules: FieldRules): FieldWriter {
  const item = valueWriter(field, rules, rules.item);
  const packed = field.packed
    ? field.enum
      ? enumCodec(field.enum)
      : scalarCodec(field.scalar ?? ScalarType.STRING)
    : undefined;
  return (json, writer) => {
    if (!Array.isArray(json)) throw new Fault('wrong_shape', json, 'must be an array');
    hold(rules.size, json.length, json);
    if (rules.unique && new Set<unknown>(json).size !== json.length) {
      throw new Fault('broken_rule', json, 'must hold no item twice');
    }
    if (packed && json.length > 0) writer.tag(field.number, WireType.LengthDelimited).fork();
    for (let index = 0; index < json.length; index++) {
      try {
        if (packed) packed.write(writer, checkedScalar(packed, rules.item, json[index]));
        else item(json[index], writer, field.number, true);
      } catch (error) {
        throw error instanceof Fault ? error.under(`[${index}]`) : error;
      }
    }
    if (packed && json.length > 0) writer.join();
  };
}

function mapWriter(field: DescField & { fieldKind: 'map' }, rules: FieldRules): FieldWriter {
  // JSON's keys are strings; in the API's few other maps they are integers.
  const keyOf = (name: string) => (field.mapKey === ScalarType.STRING ? name : Number(name));
  const key = scalarCodec(field.mapKey);
  const value = valueWriter(field, rules, rules.item);
  return (json, writer) => {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new Fault('wrong_shape', json, 'must be an object (a map)');
    }
    const entries = json as Record<string, unknown>;
    const names = Object.keys(entries)
      .filter((name) => entries[name] !== undefined)
      .sort();
    hold(rules.size, names.length, json);
    for (const name of names) {
      try {
        writer.tag(field.number, WireType.LengthDelimited).fork();
        writeScalar(key, rules.key as Check<never> | undefined, keyOf(name), writer, 1, true);
        value(entries[name], writer, 2, true);
        writer.join();
      } catch (error) {
        throw error instanceof Fault ? error.under(`[${JSON.stringify(name)}]`) : error;
      }
    }
  };
}

function hold<T>(check: Check<T> | undefined, value: T, json: unknown): void {
  const broken = check?.(value);
  if (broken !== undefined) throw new Fault('broken_rule', json, broken);
}
