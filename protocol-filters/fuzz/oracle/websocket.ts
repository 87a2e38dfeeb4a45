/** What a filter must make of an upgrade request: RFC 6455 section 4.1, RFC 3986 sections 2.1 and 3. */
import type { Pairs } from '../../host/index.ts';
import type { OwnSource } from '../../wire/index.ts';
import type { ListenerKind } from '../listeners.ts';
import { hostVerdict, sourcesVerdict, type Properties } from './sources.ts';
import { refuse, type Verdict } from './verdict.ts';

/** Headers that HTTP knows as one value: Envoy joins those that come twice. */
const JOINED = new Set([':method', ':path', 'upgrade']);

/** Of any other header the first value counts. All text is Latin-1, one character a byte. */
function header(headers: Pairs, name: string): string | undefined {
  const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  return JOINED.has(name) && values.length > 0 ? values.join(',') : values[0];
}

function percentDecoded(text: string): Buffer {
  const decoded = text.replace(/%([0-9a-fA-F]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}

function segmentOf(path: string, index: number): string | undefined {
  const [beforeQuery = ''] = path.split('?', 1);
  if (!beforeQuery.startsWith('/')) return undefined;
  const segments = beforeQuery.slice(1).split('/');
  // What follows a last slash is no segment.
  if (segments.at(-1) === '') segments.pop();
  return segments[index];
}

function parameterOf(path: string, wanted: string): string | undefined {
  const at = path.indexOf('?');
  if (at < 0) return undefined;
  for (const pair of path.slice(at + 1).split('&')) {
    const [name = ''] = pair.split('=', 1);
    if (name === wanted) return pair.slice(name.length + 1);
  }
  return undefined;
}

function says(source: OwnSource, headers: Pairs): Uint8Array | undefined {
  if (source.field === 'HTTP_HEADER') {
    const value = header(headers, source.name.toLowerCase());
    return value === undefined ? undefined : Buffer.from(value, 'latin1');
  }
  let found: string | undefined;
  if (source.field === 'HTTP_HOST') {
    found = hostVerdict(header(headers, ':authority') ?? '', source);
    return found === undefined ? undefined : Buffer.from(found, 'latin1');
  }
  const [path] = (header(headers, ':path') ?? '').split('#', 1) as [string];
  if (source.field === 'HTTP_PATH_SEGMENT') found = segmentOf(path, source.segment);
  else if (source.field === 'HTTP_QUERY_PARAMETER') {
    found = parameterOf(path, Buffer.from(source.name).toString('latin1'));
  }
  return found === undefined ? undefined : percentDecoded(found);
}

/** A device that speaks MQTT offers the subprotocol `mqtt` [MQTT-6.0.0-3]. */
function offersMqtt(headers: Pairs): boolean {
  const offered = header(headers, 'sec-websocket-protocol') ?? '';
  return offered.split(',').some((one) => /^[ \t]*mqtt[ \t]*$/i.test(one));
}

export function webSocketVerdict(
  { sources, inner }: Pick<ListenerKind, 'sources' | 'inner'>,
  headers: Pairs,
  properties: Properties = new Map(),
): Verdict {
  if (header(headers, ':method')?.toLowerCase() !== 'get') return refuse('not_protocol');
  if (header(headers, 'upgrade')?.toLowerCase() !== 'websocket') return refuse('not_protocol');
  if (inner === 'MQTT' && !offersMqtt(headers)) return refuse('not_protocol');
  return sourcesVerdict(sources, properties, (source) => says(source, headers));
}
