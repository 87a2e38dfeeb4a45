import { describe, expect, it } from 'vitest';
import { firstMessage, messageEnds } from './framing.ts';
import { jsonSays } from './json.ts';

describe('the first message', () => {
  const content = (text: string) => expect.objectContaining({ kind: 'content', content: Buffer.from(text) });

  it.each([
    ['a line', { kind: 'LINES' } as const, ' {}\nx', '{}'],
    ['a delimiter', { kind: 'LINES', delimiter: '::' } as const, 'a:b::c', 'a:b'],
    ['header fields', { kind: 'HEADERS' } as const, 'X-y: 1\r\ncontent-length:2 \r\n\r\n{}', '{}'],
    ['a prefix', { kind: 'LENGTH_PREFIX', prefixBytes: 2 } as const, '\0\x02abc', 'ab'],
    [
      'one that counts itself',
      { kind: 'LENGTH_PREFIX', prefixBytes: 4, littleEndian: true, countsItself: true } as const,
      '\x05\0\0\0abc',
      'a',
    ],
    ['a fixed size', { kind: 'FIXED_SIZE', fixedSize: 3 } as const, 'abcd', 'abc'],
  ])('%s', (_name, framing, bytes, expected) => {
    expect(firstMessage(framing, Buffer.from(bytes, 'latin1'), true)).toEqual(content(expected));
    expect(firstMessage(framing, Buffer.from(bytes.slice(0, 1), 'latin1'), true)).toEqual({ kind: 'more' });
  });

  it('ends where the framing says, message after message', () => {
    expect(messageEnds({ kind: 'LENGTH_PREFIX', prefixBytes: 1 }, Buffer.from('\x01a\0\x02bc\x09'))).toEqual([
      2, 3, 6,
    ]);
    expect(messageEnds({ kind: 'LINES' }, Buffer.from('a\n\nb'))).toEqual([2, 3]);
    expect(messageEnds({ kind: 'HEADERS' }, Buffer.from('Content-Length: 1\r\n\r\nxContent'))).toEqual([22]);
  });
});

describe('what JSON says', () => {
  it.each<[string, unknown]>([
    ['{"a":{"b":"x"}}', Buffer.from('x')],
    ['{"a":{"b":1},"a":{"b":"\\u00e9é\\ud83d\\ude00"}}', Buffer.from('éé😀')],
    ['{"a":{"b":-12}}', Buffer.from('-12')],
    ['{"a":{"b":1.0}}', 'organization_not_text'],
    ['{"a":{"b":null}}', undefined],
    ['{"a":[]}', undefined],
    ['{"a":{"b":"x"}', 'not_protocol'],
  ])('%s', (text, expected) => {
    expect(jsonSays(Buffer.from(text), '/a/b')).toEqual(expected);
  });

  it('takes half a character for three bytes, which count for the length', () => {
    const text = (size: number): Buffer => Buffer.from(`{"a":"${'x'.repeat(size)}\\ud83d"}`);
    expect((jsonSays(text(253), '/a') as Buffer).length).toBe(256);
    expect(jsonSays(text(254), '/a')).toBe('organization_too_long');
  });

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(jsonSays(bytes, '/a')).toEqual(Buffer.from([0xc3, 0x28]));
  });
});
