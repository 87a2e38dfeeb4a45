import { fromJson, toBinary } from '@bufbuild/protobuf';
import { FieldMaskSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { Fault, under } from './errors.ts';

/** Writes the body (without tag and length) of a message whose JSON is not an object of its fields. */
export type BodyWriter = (json: unknown, writer: BinaryWriter) => void;

/** Longest google.protobuf.Duration, in seconds (about 10,000 years). */
const LONGEST_DURATION = 315_576_000_000n;

const OWN_FORM =
  /^google\.protobuf\.(Any|Duration|FieldMask|ListValue|Struct|Timestamp|Value|(Bool|Bytes|Double|Float|U?Int(32|64)|String)Value)$/;

/**
 * Whether proto JSON writes a message type in a form of its own: in an Any it stands under the key `value`.
 * Source: https://protobuf.dev/programming-guides/json/
 */
export const hasOwnForm = (typeName: string): boolean => OWN_FORM.test(typeName);

/** The writer of a type with a form of its own; wrappers and Any are the message plan's concern. */
export const ownForm = (typeName: string): BodyWriter | undefined => OWN_FORMS[typeName];

const OWN_FORMS: Readonly<Record<string, BodyWriter>> = {
  'google.protobuf.Duration': writeDuration,
  'google.protobuf.Struct': writeStruct,
  'google.protobuf.Value': writeValue,
  'google.protobuf.ListValue': writeList,
  'google.protobuf.Timestamp': (json, writer) => {
    writer.raw(
      toBinary(
        TimestampSchema,
        parsed(() => fromJson(TimestampSchema, json as string), json, 'must be a time (RFC 3339)'),
      ),
    );
  },
  'google.protobuf.FieldMask': (json, writer) => {
    writer.raw(
      toBinary(
        FieldMaskSchema,
        parsed(() => fromJson(FieldMaskSchema, json as string), json, 'must be a field mask'),
      ),
    );
  },
};

function parsed<T>(parse: () => T, json: unknown, rule: string): T {
  try {
    return parse();
  } catch {
    throw new Fault('wrong_shape', json, rule);
  }
}

/** The nanoseconds of a duration in proto JSON: seconds with up to nine decimals and the unit `s`, as in `0.5s`. */
export function durationNanoseconds(json: unknown): bigint {
  const match = typeof json === 'string' ? /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s$/.exec(json) : null;
  const seconds = BigInt(match?.[2] ?? 0);
  if (match === null || seconds > LONGEST_DURATION) {
    throw new Fault(
      'wrong_shape',
      json,
      'must be a duration in seconds with at most nine decimals, as in "0.5s"',
    );
  }
  const nanoseconds = seconds * 1_000_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -nanoseconds : nanoseconds;
}

function writeDuration(json: unknown, writer: BinaryWriter): void {
  const all = durationNanoseconds(json);
  const seconds = all / 1_000_000_000n;
  const nanos = Number(all % 1_000_000_000n);
  if (seconds !== 0n) writer.tag(1, WireType.Varint).int64(seconds);
  if (nanos !== 0) writer.tag(2, WireType.Varint).int32(nanos);
}

function writeStruct(json: unknown, writer: BinaryWriter): void {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Fault('wrong_shape', json, 'must be a JSON object');
  }
  const fields = json as Record<string, unknown>;
  for (const key of Object.keys(fields).sort()) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    under(`[${JSON.stringify(key)}]`, () => writeValue(fields[key], writer));
    writer.join().join();
  }
}

function writeList(json: unknown, writer: BinaryWriter): void {
  if (!Array.isArray(json)) throw new Fault('wrong_shape', json, 'must be a JSON array');
  json.forEach((item, index) => {
    writer.tag(1, WireType.LengthDelimited).fork();
    under(`[${index}]`, () => writeValue(item, writer));
    writer.join();
  });
}

/** google.protobuf.Value: 1 null, 2 number, 3 string, 4 bool, 5 struct, 6 list. */
function writeValue(json: unknown, writer: BinaryWriter): void {
  if (json === null) writer.tag(1, WireType.Varint).int32(0);
  else if (typeof json === 'number' && Number.isFinite(json)) writer.tag(2, WireType.Bit64).double(json);
  else if (typeof json === 'string') writer.tag(3, WireType.LengthDelimited).string(json);
  else if (typeof json === 'boolean') writer.tag(4, WireType.Varint).bool(json);
  else if (Array.isArray(json)) {
    writer.tag(6, WireType.LengthDelimited).fork();
    writeList(json, writer);
    writer.join();
  } else if (typeof json === 'object') {
    writer.tag(5, WireType.LengthDelimited).fork();
    writeStruct(json, writer);
    writer.join();
  } else throw new Fault('wrong_shape', json, 'must be a JSON value');
}
