import { describe, expect, it } from 'vitest';
import { slotOf, hashKey } from '../../control-plane/placement/slot.ts';
import type { FramingMessage, ListenerMessage, OrganizationSource } from '../wire/index.ts';
import { SERVERS } from './product.ts';
import { counter, deviceOf, frame, move, pass, productWith, socketOf, text } from './protocols.ts';

const POINTER: OrganizationSource = { field: 'JSON_POINTER', pointer: '/params/organization' };

function listener(framing: FramingMessage['kind'] & ('LINES' | 'HEADERS'), pointer = POINTER) {
  return {
    protocol: 'JSON_RPC',
    sources: [pointer],
    framing: { kind: framing },
  } satisfies Partial<ListenerMessage>;
}

const withHeaders = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const request = (organization: unknown): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'hello',
    params: { other: [1, { organization: 'no' }], organization },
  });

/** What becomes of a device's first bytes, sent in pieces of `each`. */
function outcome(
  settings: Parameters<typeof productWith>[0],
  first: string | Uint8Array,
  each = 1 << 20,
): string {
  const product = productWith(settings);
  const stream = product.connect();
  const bytes = Buffer.from(first);
  for (let at = 0; at < bytes.length && stream.open; at += each) stream.send(bytes.subarray(at, at + each));
  const [refusal] = Object.keys(product.refusals());
  if (refusal !== undefined) return refusal;
  return stream.state('envoy.hashable_string') ?? 'waits';
}

const keyOf = (organization: string): string =>
  hashKey(organization, SERVERS[slotOf(organization) % SERVERS.length] ?? '');

describe.each(['LINES', 'HEADERS'] as const)('the organization of a first request, %s', (framing) => {
  const framed = (body: string): string => (framing === 'LINES' ? `${body}\n` : withHeaders(body));

  it.each<[string, unknown, string]>([
    ['text', 'acme', 'acme'],
    ['escapes', 'a"\\/\u0001é株😀', 'a"\\/\u0001é株😀'],
    ['a whole number', 42, '42'],
    ['a negative one', -7, '-7'],
  ])('%s, in any pieces', (_, organization, expected) => {
    const escaped = request(organization).replace(
      /[^\0-~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    for (const body of [request(organization), escaped]) {
      for (const each of [1, 7, 1000]) {
        expect(outcome(listener(framing), framed(body), each)).toBe(keyOf(expected));
      }
    }
  });

  it.each<[string, string, string]>([
    ['no such member', '{"jsonrpc":"2.0","params":{}}', 'organization_missing'],
    ['null', request(null), 'organization_missing'],
    ['an object', request({}), 'organization_missing'],
    ['a fraction', request(1.5), 'organization_not_text'],
    ['empty', request(''), 'organization_empty'],
    ['257 bytes', request('x'.repeat(257)), 'organization_too_long'],
    ['U+0000', request('a\0b'), 'organization_not_text'],
    ['half a character', request('\ud83d').replace('\ud83d', '\\ud83d'), 'organization_not_text'],
    ['no JSON', '{"params":{"organization":"acme"}', 'not_protocol'],
    ['a comma too many', '{"params":{"organization":"acme",}}', 'not_protocol'],
    ['no object', '"acme"', 'not_protocol'],
    [
      'a key that comes twice: the last counts',
      '{"params":{"organization":"a"},"params":{"x":1}}',
      'organization_missing',
    ],
  ])('%s', (_, body, expected) => {
    expect(outcome(listener(framing), framed(body))).toBe(expected);
  });

  it('finds it among 10,000 levels of nesting, and refuses as many without an end', () => {
    const deep = `${'['.repeat(10_000)}1${']'.repeat(10_000)}`;
    const body = `{"deep":${deep},"params":{"organization":"acme"}}`;
    expect(outcome(listener(framing), framed(body))).toBe(keyOf('acme'));
    expect(outcome(listener(framing), framed('['.repeat(10_000)))).toBe('not_protocol');
    expect(outcome(listener(framing), framed('{"a":'.repeat(10_000)))).toBe('not_protocol');
  });

  it('that is not UTF-8 or over 64 KiB is refused', () => {
    const [before, after] = framed(request('@@')).split('@@');
    const bytes = Buffer.concat([
      Buffer.from(before ?? ''),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(after ?? ''),
    ]);
    expect(outcome(listener(framing), bytes)).toBe('organization_not_text');
    expect(outcome(listener(framing), framed(JSON.stringify({ pad: 'x'.repeat(66_000) })))).toBe('too_large');
  });
});

it.each([
  ['Content-Length: 4294967296\r\n\r\n', 'too_large'],
  ['Content-Length: 99999999999\r\n\r\n', 'not_protocol'],
  ['Content-Length: -1\r\n\r\n', 'not_protocol'],
  ['Content-Type: x\r\n\r\n', 'not_protocol'],
  ['Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}', 'not_protocol'],
  ['GET / HTTP/1.1\r\n\r\n', 'not_protocol'],
  ['\x16\x03\x01', 'not_protocol'],
  ['Content-Length: 0\r\n\r\n', 'not_protocol'],
  ['Content-Len', 'waits'],
  [`X: ${'y'.repeat(2000)}`, 'not_protocol'],
])('header fields %j: %s', (bytes, expected) => {
  expect(outcome(listener('HEADERS'), bytes)).toBe(expected);
});

it('a batch, by an index; a key with a slash and a tilde', () => {
  const pointer = { field: 'JSON_POINTER', pointer: '/1/a~1b/~0' } as const;
  const body = '[{"a/b":{"~":"no"}}, {"a/b":{"~":"acme"}}]';
  expect(outcome(listener('LINES', pointer), `${body}\n`)).toBe(keyOf('acme'));
});

describe('a redirect', () => {
  const notification = (reason: string, location?: string): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'server.redirect',
      params: { reason, ...(location ? { location } : {}), retryAfterMs: 250 },
    });
  const redirect = { location: 'tcp://b"\\:1', retryAfterMs: 250 };

  it('is a line behind a whole line; then nothing more comes, and the device leaves by its FIN', () => {
    const product = productWith({ ...listener('LINES'), redirect });
    const stream = deviceOf(product, `${request('acme')}\n`);
    stream.serverSends(Buffer.from('{"id":1}\n'));
    move(product);
    stream.serverSends(Buffer.from('{"id":2'));
    expect(text(stream.atClient.bytes)).toBe('{"id":1}\n{"id":2');
    stream.serverSends(Buffer.from('}\n{"id":3'));
    expect(text(stream.atClient.bytes)).toBe(
      `{"id":1}\n{"id":2}\n${notification('moved', redirect.location)}\n`,
    );
    stream.serverSends(Buffer.from('}\n'));
    stream.send(Buffer.from('{"id":4}\n'), true);
    expect(text(stream.atUpstream.bytes)).toBe('{"id":4}\n');
    stream.endUpstream();
    expect(stream.open).toBe(false);
    expect(
      ['json_rpc.redirected', 'redirected', 'unfinished_sessions'].map((name) => counter(product, name)),
    ).toEqual([1, 1, 0]);
  });

  it('has its own header fields behind a message in any pieces', () => {
    const body = '{"id":1,"result":"Content-Length: 9"}';
    const message = Buffer.from(withHeaders(body));
    for (let cut = 1; cut < message.length; cut++) {
      const product = productWith({ ...listener('HEADERS'), redirect: { retryAfterMs: 250 } });
      const stream = deviceOf(product, withHeaders(request('acme')));
      move(product);
      stream.serverSends(message.subarray(0, cut));
      stream.serverSends(message.subarray(cut));
      stream.serverSends(message);
      const [once, told] = [text(message), withHeaders(notification('moved'))];
      // Cut inside its header fields, it is the next one.
      expect([once + told, once + once + told]).toContain(text(stream.atClient.bytes));
    }
  });

  it('has the method that the listener says, and stands before a Close in a WebSocket', () => {
    const product = productWith({
      ...{ protocol: 'WEBSOCKET', inner: 'JSON_RPC', sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }] },
      redirect: { method: 'go"away', closeCode: 4001 },
    });
    const stream = socketOf(product);
    move(product);
    stream.serverSends(Buffer.concat([frame(0x01, '{"id"'), frame(0x89, '')]));
    expect(stream.atClient.bytes.length).toBe(9);
    stream.serverSends(frame(0x80, ':1}'));
    const told = '{"jsonrpc":"2.0","method":"go\\"away","params":{"reason":"moved","retryAfterMs":0}}';
    const expected = [
      frame(0x01, '{"id"'),
      frame(0x89, ''),
      frame(0x80, ':1}'),
      frame(0x81, told),
      frame(0x88, Buffer.from([0x0f, 0xa1])),
    ];
    expect(text(stream.atClient.bytes)).toBe(text(Buffer.concat(expected)));
    stream.resetDownstream();
    expect(counter(product, 'websocket_json_rpc.redirected')).toBe(1);
  });

  it('is a Close alone where only pings come, once half of the window is over', () => {
    const product = productWith({
      protocol: 'WEBSOCKET',
      inner: 'JSON_RPC',
      sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
    });
    const stream = socketOf(product);
    move(product);
    pass(product, 29_000);
    stream.serverSends(frame(0x89, ''));
    expect(stream.atClient.bytes.length).toBe(2);
    pass(product, 2_000);
    stream.serverSends(frame(0x89, ''));
    expect(text(stream.atClient.bytes.subarray(4))).toBe(text(Buffer.from([0x88, 2, 0x03, 0xf4])));
  });
});
