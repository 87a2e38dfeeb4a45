/** What a filter must make of the bytes that a JSON-RPC device, or one of a declared protocol, sends first. */
import type { OrganizationSource, OwnSource } from '../../wire/index.ts';
import type { ListenerKind } from '../listeners.ts';
import { firstMessage } from './framing.ts';
import { jsonSays } from './json.ts';
import { mqttVerdict } from './mqtt.ts';
import { sourcesVerdict, type Properties, type Said } from './sources.ts';
import { refuse, WAIT, type Verdict } from './verdict.ts';

/** A request is an object or an array [JSON-RPC 2.0, 4 and 6], with white space before it. */
const MAY_BEGIN = /^[{[ \t\r\n]/;

function trimmed(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && [0, 32].includes(bytes[end - 1] ?? 1)) end--;
  return bytes.subarray(0, end);
}

function partOf(content: Buffer, delimiter: string, index: number): Said {
  const parts = content.toString('latin1').split(Buffer.from(delimiter).toString('latin1'));
  const part = content.length === 0 ? undefined : parts[index];
  const isLast = index === parts.length - 1;
  return part === undefined ? undefined : Buffer.from(isLast ? part.replace(/\r$/, '') : part, 'latin1');
}

function says(source: OwnSource, content: Buffer): Said {
  switch (source.field) {
    case 'JSON_POINTER':
      return content.length === 0 ? 'not_protocol' : jsonSays(content, source.pointer);
    case 'BYTE_RANGE': {
      const { offset, length } = source;
      return offset >= content.length ? undefined : trimmed(content.subarray(offset, offset + length));
    }
    case 'DELIMITED':
      return partOf(content, source.delimiter, source.index);
    default:
      return undefined;
  }
}

function framedVerdict(
  { protocol, framing = { kind: 'LINES' } }: ListenerKind,
  sources: readonly OrganizationSource[],
  bytes: Buffer,
  ended: boolean,
  properties: Properties,
): Verdict {
  const isJson = protocol === 'JSON_RPC';
  const text = (part: Buffer): string => part.subarray(0, 1).toString('latin1');
  if (isJson && framing.kind === 'LINES' && bytes.length > 0 && !MAY_BEGIN.test(text(bytes)))
    return refuse('not_protocol');
  const first = firstMessage(framing, bytes, isJson);
  if (first.kind === 'refuse') return refuse(first.reason);
  if (first.kind === 'more') return ended ? refuse('incomplete') : WAIT;
  if (isJson && !MAY_BEGIN.test(text(first.content))) return refuse('not_protocol');
  return sourcesVerdict(sources, properties, (source) => says(source, first.content));
}

/** @param ended the device's FIN has come: nothing more will */
export function tcpVerdict(
  kind: ListenerKind,
  bytes: Buffer,
  ended: boolean,
  properties: Properties,
): Verdict {
  if (kind.protocol === 'MQTT') return mqttVerdict(kind.sources, bytes, ended, properties);
  return framedVerdict(kind, kind.sources, bytes, ended, properties);
}
