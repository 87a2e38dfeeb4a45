import type { DescMessage } from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { WireType, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { registry } from '../api/descriptors.ts';
import { Fault } from './errors.ts';
import { wrapperWriter } from './field.ts';
import { messagePlan } from './message.ts';
import { hasOwnForm, ownForm } from './well-known.ts';

/** What precedes the message's full name in every `@type` that Envoy sends or reads. */
export const TYPE_PREFIX = 'type.googleapis.com/';

/** Writes the body of a google.protobuf.Any; `checkType` may refuse the message's full name. */
export function writeAny(json: unknown, writer: BinaryWriter, checkType?: (name: string) => void): void {
  const desc = typeOf(json);
  checkType?.(desc.typeName);
  writer.tag(1, WireType.LengthDelimited).string(TYPE_PREFIX + desc.typeName);
  writer.tag(2, WireType.LengthDelimited).fork();
  writePayload(desc, json as Record<string, unknown>, writer);
  writer.join();
}

/** The message type that an Any in proto JSON names. */
export function typeOf(json: unknown): DescMessage {
  const url = (json as Record<string, unknown> | null | undefined)?.['@type'];
  if (typeof url !== 'string') {
    throw new Fault('wrong_shape', json, `must be an object with an @type of ${TYPE_PREFIX}<message>`);
  }
  const desc = url.startsWith(TYPE_PREFIX) ? registry().getMessage(url.slice(TYPE_PREFIX.length)) : undefined;
  if (desc === undefined) {
    const rule = `must be ${TYPE_PREFIX} and the full name of a message of the Envoy v3 API`;
    throw new Fault('unknown_type', url, rule).under('.@type');
  }
  return desc;
}

/** Writes what an Any holds. A type with a JSON form of its own stands under the key `value`. */
export function writePayload(desc: DescMessage, json: Record<string, unknown>, writer: BinaryWriter): void {
  if (!hasOwnForm(desc.typeName)) return messagePlan(desc).write(json, writer);
  for (const key of Object.keys(json)) {
    if (key !== '@type' && key !== 'value') {
      throw new Fault(
        'unknown_field',
        json[key],
        `must not stand beside the value of a ${desc.typeName}`,
      ).under(`.${key}`);
    }
  }
  try {
    if (isWrapperDesc(desc)) wrapperWriter(desc)(json['value'], writer);
    else if (desc.typeName === 'google.protobuf.Any') writeAny(json['value'], writer);
    else ownForm(desc.typeName)?.(json['value'], writer);
  } catch (error) {
    throw error instanceof Fault ? error.under('.value') : error;
  }
}
