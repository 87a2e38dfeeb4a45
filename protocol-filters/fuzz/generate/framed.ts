/** What devices and servers of JSON-RPC and of declared protocols send: right, and wrong in ways that hurt. */
import type { FramingMessage, OrganizationSource } from '../../wire/index.ts';
import type { ListenerKind } from '../listeners.ts';
import type { Random } from '../random.ts';
import { organizationBytes } from './organizations.ts';

/** Tokens that stand where they should not. */
const TOKENS = [
  '{', '}', '[', ']', '"', ',', ':', '\\', '\\u', '\\ud83d', '\\ude00', '\\u0000', '\\uD800"', '\n', '\r', '\r\n', '\r\n\r\n',
  '\0', ' ', ';', '::', '-', '0', '1e9', '-0', '1.0', 'true', 'nul', 'Content-Length: 4294967296\r\n', '\xff', '\xc3', '\xe2\x82',
  '\xf0\x9f\x98', '\xed\xa0\x80', '99999999999', ':', '~1', '"organization":',
]; // prettier-ignore

/** Lengths as they overflow. */
const LENGTHS = [
  0,
  1,
  2,
  3,
  4,
  5,
  0x7f,
  0x80,
  0xff,
  0x100,
  0xffff,
  65532,
  65536,
  65537,
  2 ** 31,
  2 ** 32 - 4,
  2 ** 32 - 1,
];

function quoted(random: Random, text: string): string {
  if (random.once(3)) {
    // Every character as an escape, half characters too.
    const escape = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return `"${Buffer.from(text, 'latin1').toString().replace(/[^]/g, escape)}"`;
  }
  const control = (one: string): string => `\\u00${one.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `"${text.replace(/["\\]/g, '\\$&').replace(/[^ -\xff]/g, control)}"`;
}

function value(random: Random, organization: string): string {
  const kind = random.below(10);
  if (kind < 6) return quoted(random, organization);
  if (kind < 7)
    return random.pick(['42', '-7', '0', '-0', '1e3', '1.0', '123456789012345', '1234567890123456']);
  return random.pick(['null', 'true', '{}', '[]', `{"organization":${quoted(random, organization)}}`]);
}

/** Nesting of up to 10,000 levels and a little, sometimes without an end. */
function deep(random: Random): string {
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  const levels = random.pick([10, 63, 64, 65, 1000, 10_000, 10_000, 60_000]);
  return open.repeat(levels) + '1' + close.repeat(random.once(3) ? random.below(levels + 2) : levels);
}

/** Latin-1 text: any bytes. */
function json(random: Random, organization: string): string {
  const one = value(random, organization);
  const extra = random.once(150)
    ? deep(random)
    : random.pick(['1', '[1,[2]]', '{"organization":"no"}', '""']);
  const key = random.once(8) ? '"\\u006frganization"' : '"organization"';
  const params = random.pick([
    `{${key}:${one}}`,
    `{${key}:${one},"x":${extra}}`,
    `{"x":${extra},${key}:${one}}`,
    `{"organization":"first",${key}:${one}}`,
    `[${extra},{"a/b":{"~":${one}}}]`,
    extra,
  ]);
  const id = random.once(4) ? value(random, organization) : '1';
  const text = random.pick([
    `{"jsonrpc":"2.0","id":${id},"method":"hello","params":${params}}`,
    `{"params":${params},"o":${one}}`,
    `{"o":${one}}`,
    `[[${one}],${extra}]`,
    `{"params":${params}} ${random.once(5) ? '1' : ''}`,
  ]);
  return random.once(3) ? `${random.pick([' ', '\t', '\r', '\n\n'])}${text}` : text;
}

function padding(random: Random, most: number): string {
  return random
    .bytes(random.below(most + 1))
    .toString('latin1')
    .replace(/[;:\r\n\0a-]/g, 'x');
}

/** A content in which a source finds something, mostly. */
function contentFor(random: Random, source: OrganizationSource | undefined, organization: string): string {
  if (source?.field === 'BYTE_RANGE') {
    const room = organization.padEnd(random.once(2) ? source.length : 0, random.pick([' ', '\0']));
    return padding(random, 0).padEnd(source.offset, 'p') + room + padding(random, random.pick([0, 9]));
  }
  if (source?.field === 'DELIMITED') {
    const delimiter = Buffer.from(source.delimiter).toString('latin1');
    const parts = Array.from({ length: source.index + random.below(3) }, () => padding(random, 6));
    parts[source.index] = organization + (random.once(5) ? '\r' : '');
    return Array.from(parts, (part) => part ?? '').join(delimiter);
  }
  return json(random, organization);
}

/** The content, framed; `length`: what the framing claims instead of the truth. */
export function frame(framing: FramingMessage, content: Buffer, length = content.length): Buffer {
  switch (framing.kind) {
    case 'LINES':
      return Buffer.concat([content, Buffer.from(framing.delimiter ?? '\n')]);
    case 'HEADERS':
      return Buffer.concat([Buffer.from(`Content-Length: ${length}\r\n\r\n`), content]);
    case 'LENGTH_PREFIX': {
      const size = framing.prefixBytes;
      const value = (length + (framing.countsItself ? size : 0)) % 256 ** size;
      const prefix = Buffer.alloc(size);
      if (framing.littleEndian) prefix.writeUIntLE(value, 0, size);
      else prefix.writeUIntBE(value, 0, size);
      return Buffer.concat([prefix, content]);
    }
    case 'FIXED_SIZE': {
      const rest = Math.max(0, framing.fixedSize - content.length);
      return Buffer.concat([content, Buffer.alloc(rest)]).subarray(0, framing.fixedSize);
    }
    case 'WHOLE':
      return content;
  }
}

/** `Content-Length` as others write it: with other fields, in other letters, twice, with spaces. */
function withHeaders(random: Random, content: Buffer): Buffer {
  const length = random.once(12) ? random.pick(LENGTHS) : content.length;
  const fields = [`${random.pick(['Content-Length', 'content-length', 'CONTENT-LENGTH'])}: ${length}`];
  if (random.once(3)) fields.unshift('Content-Type: application/vscode-jsonrpc; charset=utf-8');
  if (random.once(12))
    fields.push(random.pick([fields[0] ?? '', 'X_Y: 1', ': 1', 'a', 'é: 1', 'A:', `B: ${'b'.repeat(1100)}`]));
  return Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}

/** Anything changed anywhere. */
export function mutateAnywhere(random: Random, bytes: Buffer): Buffer {
  let result = bytes;
  for (let i = random.once(3) ? 3 : 1; i > 0; i--) {
    const at = random.below(result.length + 1);
    const token = Buffer.from(random.pick(TOKENS), 'latin1');
    const inserted = random.pick([token, token, random.bytes(random.below(4)), Buffer.alloc(0)]);
    const removed = random.once(6) ? result.length : random.below(4);
    result = Buffer.concat([result.subarray(0, at), inserted, result.subarray(at + removed)]);
  }
  return result;
}

function isPointerOf(source: OrganizationSource): boolean {
  return source.field === 'JSON_POINTER';
}

/** The first bytes of a device on a listener whose messages are framed. */
export function framedFirst(random: Random, { protocol, framing, sources }: ListenerKind): Buffer {
  const as: FramingMessage = framing ?? { kind: 'LINES' };
  const kind = random.weighted({
    valid: 6,
    mutatedContent: 4,
    mutated: 4,
    wrongLength: 2,
    random: 1,
    large: 1,
  });
  const organization = organizationBytes(random).toString('latin1');
  const source = protocol === 'JSON_RPC' ? sources.find(isPointerOf) : random.pick(sources);
  const content = Buffer.from(contentFor(random, source, organization), 'latin1');
  const framed = (body: Buffer): Buffer =>
    as.kind === 'HEADERS' ? withHeaders(random, body) : frame(as, body);
  if (kind === 'valid') return framed(content);
  if (kind === 'mutatedContent') return framed(mutateAnywhere(random, content));
  if (kind === 'mutated') return mutateAnywhere(random, framed(content));
  if (kind === 'wrongLength') return frame(as, content, random.pick(LENGTHS));
  if (kind === 'random') return random.bytes(random.size(3000));
  const size = random.pick([65_535, 65_536, 65_537, 65_500, 60_000]) - random.below(8);
  const filler = Buffer.alloc(size, random.pick([' ', '\n', '{"a":', 'x', '[']));
  return random.pick([filler, framed(filler), Buffer.concat([filler, framed(content)])]);
}

/** What a server says: messages, whole or not. */
export function framedReplies(random: Random, { framing }: Pick<ListenerKind, 'framing'>): Buffer {
  const as: FramingMessage = framing ?? { kind: 'LINES' };
  if (random.once(12)) return random.bytes(random.size(600));
  const one = (): Buffer => {
    const content = random.bytes(random.size(random.once(50) ? 20_000 : 300));
    const message = frame(as, content, random.once(30) ? random.pick(LENGTHS) : content.length);
    return random.once(20) ? mutateAnywhere(random, message) : message;
  };
  return Buffer.concat(Array.from({ length: random.between(1, 5) }, one));
}
