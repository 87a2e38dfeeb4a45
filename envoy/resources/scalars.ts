import { ScalarType, type DescEnum } from '@bufbuild/protobuf';
import { FLOAT32_MAX, WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { Fault } from './errors.ts';

/** A scalar or enum value as it is checked and written. 64-bit integers are bigint. */
export type Scalar = string | number | bigint | boolean | Uint8Array;

/** How one scalar type is read from JSON and written to the wire. */
export interface ScalarCodec {
  readonly wireType: WireType;
  /** The value that a JSON value stands for; throws a {@link Fault} where it is none of the type. */
  parse(json: unknown): Scalar;
  write(writer: BinaryWriter, value: Scalar): void;
}

const codec = <T extends Scalar>(
  wireType: WireType,
  parse: (json: unknown) => T,
  write: (writer: BinaryWriter, value: T) => void,
): ScalarCodec => ({ wireType, parse, write: (writer, value) => write(writer, value as T) });

const { Varint, Bit32, Bit64, LengthDelimited } = WireType;
const int32 = (json: unknown): number => integer(json, -2147483648, 2147483647);
const uint32 = (json: unknown): number => integer(json, 0, 4294967295);
const int64 = (json: unknown): bigint => longInteger(json, -(2n ** 63n), 2n ** 63n - 1n);
const uint64 = (json: unknown): bigint => longInteger(json, 0n, 2n ** 64n - 1n);

const CODECS: Record<ScalarType, ScalarCodec> = {
  [ScalarType.STRING]: codec(LengthDelimited, text, (writer, value) => writer.string(value)),
  [ScalarType.BYTES]: codec(LengthDelimited, bytes, (writer, value) => writer.bytes(value)),
  [ScalarType.BOOL]: codec(Varint, bool, (writer, value) => writer.bool(value)),
  [ScalarType.INT32]: codec(Varint, int32, (writer, value) => writer.int32(value)),
  [ScalarType.SINT32]: codec(Varint, int32, (writer, value) => writer.sint32(value)),
  [ScalarType.SFIXED32]: codec(Bit32, int32, (writer, value) => writer.sfixed32(value)),
  [ScalarType.UINT32]: codec(Varint, uint32, (writer, value) => writer.uint32(value)),
  [ScalarType.FIXED32]: codec(Bit32, uint32, (writer, value) => writer.fixed32(value)),
  [ScalarType.INT64]: codec(Varint, int64, (writer, value) => writer.int64(value)),
  [ScalarType.SINT64]: codec(Varint, int64, (writer, value) => writer.sint64(value)),
  [ScalarType.SFIXED64]: codec(Bit64, int64, (writer, value) => writer.sfixed64(value)),
  [ScalarType.UINT64]: codec(Varint, uint64, (writer, value) => writer.uint64(value)),
  [ScalarType.FIXED64]: codec(Bit64, uint64, (writer, value) => writer.fixed64(value)),
  [ScalarType.DOUBLE]: codec(
    Bit64,
    (json) => float(json, Number.MAX_VALUE),
    (writer, value) => writer.double(value),
  ),
  [ScalarType.FLOAT]: codec(
    Bit32,
    (json) => float(json, FLOAT32_MAX),
    (writer, value) => writer.float(value),
  ),
};

export const scalarCodec = (type: ScalarType): ScalarCodec => CODECS[type];

/** Enums are written by name; a number would pass unread when the enum changes. */
export function enumCodec(desc: DescEnum): ScalarCodec {
  const values = new Map(desc.values.map((value) => [value.name, value]));
  return codec(
    Varint,
    (json) => {
      const value = typeof json === 'string' ? values.get(json) : undefined;
      if (value === undefined) {
        const names = desc.values.filter((each) => !each.deprecated).map((each) => each.name);
        throw new Fault('unknown_enum_value', json, `must be one of ${names.join(', ')}`);
      }
      if (value.deprecated) throw new Fault('deprecated', json, 'must not be a deprecated value');
      return value.number;
    },
    (writer, value) => writer.int32(value),
  );
}

/** Whether a value is the type's zero, which proto3 does not write where the field has no presence. */
export function isZero(value: Scalar): boolean {
  // Object.is tells -0, which is written, from 0.
  return value instanceof Uint8Array
    ? value.length === 0
    : Object.is(value, 0) || value === 0n || value === '' || value === false;
}

/** The zero of a scalar type. */
export function zeroOf(type: ScalarType): Scalar {
  if (type === ScalarType.BYTES) return new Uint8Array(0);
  return CODECS[type].parse(type === ScalarType.STRING ? '' : type === ScalarType.BOOL ? false : 0);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function text(json: unknown): string {
  if (typeof json !== 'string') throw new Fault('wrong_shape', json, 'must be a string');
  // Writing a lone surrogate would replace it in silence.
  if (LONE_SURROGATE.test(json)) throw new Fault('wrong_shape', json, 'must be well-formed Unicode');
  return json;
}

/** base64 (standard alphabet, padded) or, without the detour, the bytes themselves. */
function bytes(json: unknown): Uint8Array {
  if (json instanceof Uint8Array) return json;
  if (typeof json !== 'string' || json.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(json)) {
    throw new Fault('wrong_shape', json, 'must be base64 or a Buffer');
  }
  return Buffer.from(json, 'base64');
}

function bool(json: unknown): boolean {
  if (typeof json !== 'boolean') throw new Fault('wrong_shape', json, 'must be true or false');
  return json;
}

function integer(json: unknown, low: number, high: number): number {
  if (typeof json !== 'number' || !Number.isInteger(json) || json < low || json > high) {
    throw new Fault('wrong_shape', json, `must be an integer from ${low} to ${high}`);
  }
  // Adding 0 turns -0 into 0.
  return json + 0;
}

function longInteger(json: unknown, low: bigint, high: bigint): bigint {
  const whole =
    (typeof json === 'number' && Number.isSafeInteger(json)) ||
    (typeof json === 'string' && /^-?[0-9]{1,20}$/.test(json));
  const value = whole ? BigInt(json) : undefined;
  if (value === undefined || value < low || value > high) {
    const rule = `must be an integer from ${low} to ${high}, as a string where it is beyond 2^53`;
    throw new Fault('wrong_shape', json, rule);
  }
  return value;
}

function float(json: unknown, limit: number): number {
  if (typeof json !== 'number' || !Number.isFinite(json) || Math.abs(json) > limit) {
    throw new Fault('wrong_shape', json, `must be a finite number of at most ${limit}`);
  }
  return json;
}
