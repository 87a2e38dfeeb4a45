import { expect, it } from 'vitest';
import { closeFrame, frame, FrameFollower, masked, OPCODE, readHeader } from './frames.ts';

const MASK = Buffer.from([1, 2, 3, 4]);

it('reads what it makes, at every length of the length', () => {
  for (const size of [0, 125, 126, 65_535, 65_536]) {
    for (const mask of [undefined, MASK]) {
      const payload = Buffer.alloc(size, 'x');
      const bytes = frame(OPCODE.binary, payload, mask);
      const header = readHeader(bytes);
      if (header === 'more' || 'malformed' in header) throw new Error(JSON.stringify(header));
      expect(header).toMatchObject({ fin: true, opcode: OPCODE.binary, payloadSize: size });
      expect(bytes.length).toBe(header.size + size);
      expect(masked(bytes.subarray(header.size), header.mask).equals(payload)).toBe(true);
      for (let cut = 0; cut < header.size; cut++) expect(readHeader(bytes.subarray(0, cut))).toBe('more');
    }
  }
});

it.each([
  ['a reserved bit', [0xc1, 0x80]],
  ['an unknown opcode', [0x83, 0x80]],
  ['a fragmented Ping', [0x09, 0x80]],
  ['a Ping of more than 125 bytes', [0x89, 0xfe, 0, 126]],
  ['a length beyond 2^53', [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]],
])('%s is malformed', (_what, bytes) => {
  expect(readHeader(Buffer.from(bytes))).toMatchObject({ malformed: expect.any(String) as string });
});

it('cuts the reason of a Close between two characters', () => {
  const bytes = closeFrame(1012, 'ä'.repeat(100));
  expect(bytes.length).toBe(2 + 2 + 122);
  expect(bytes.subarray(4).toString()).toBe('ä'.repeat(61));
});

it('follows frames however they are cut', () => {
  const stream = Buffer.concat([
    frame(OPCODE.text, Buffer.from('hello')),
    frame(OPCODE.binary, Buffer.alloc(300)),
    frame(OPCODE.ping, Buffer.alloc(0)),
  ]);
  const ends = new Set([7, 7 + 304, 7 + 304 + 2]);
  for (const step of [1, 2, 3, 7, 100]) {
    const follower = new FrameFollower();
    for (let at = 0; at < stream.length; at += step) {
      follower.feed(stream.subarray(at, at + step));
      expect(follower.isBetweenFrames).toBe(ends.has(Math.min(at + step, stream.length)));
    }
  }
});
