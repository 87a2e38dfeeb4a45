/** Forms of proto JSON that the generated types build on: https://protobuf.dev/programming-guides/json/ */

/** google.protobuf.Duration: seconds, with at most nine decimals, and the unit. */
export type Duration = `${number}s`;

/** google.protobuf.Timestamp: a time in RFC 3339. */
export type Timestamp = string;

/** int64, uint64 and their kin: a string where the number is beyond 2^53. */
export type Long = string | number;

/** bytes: base64, or the bytes themselves, which spares encoding and decoding. */
export type Bytes = string | Uint8Array;

/** google.protobuf.Value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** google.protobuf.Struct. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Exactly one of the fields. */
export type OneOf<T> = {
  [K in keyof T]: { [P in K]: T[P] } & { [P in Exclude<keyof T, K>]?: undefined };
}[keyof T];

/** One of the fields, or none. */
export type AtMostOneOf<T> = OneOf<T> | { [P in keyof T]?: undefined };

declare const none: unique symbol;

/** A message without fields: takes `{}`, and no key in it. */
export interface NoFields {
  readonly [none]?: undefined;
}
