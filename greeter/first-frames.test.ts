import { expect, it } from 'vitest';
import { FirstFrames, type Step } from './first-frames.ts';
import { closeFrame, frame, OPCODE } from './frames.ts';

const MASK = Buffer.from([9, 8, 7, 6]);
const from = (opcode: number, text: string): Buffer => frame(opcode, Buffer.from(text), MASK);

/** A frame that others of the same message follow. */
function unfinished(bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  result[0] = (result[0] ?? 0) & 0x7f;
  return result;
}

function steps(frames: FirstFrames): Step[] {
  const all: Step[] = [];
  for (;;) {
    const step = frames.step();
    all.push(step);
    if (step.kind === 'more' || step.kind === 'refused' || step.kind === 'closed') return all;
  }
}

it('puts a message together byte by byte, answers a Ping inside it, and keeps what a server has to get', () => {
  const first = unfinished(from(OPCODE.text, 'one '));
  const last = from(OPCODE.continuation, 'two');
  const stream = Buffer.concat([first, from(OPCODE.ping, '?'), last]);
  const frames = new FirstFrames(1000);
  const all: Step[] = [];
  for (const byte of stream) {
    frames.feed(Buffer.from([byte]));
    all.push(...steps(frames).filter(({ kind }) => kind !== 'more'));
  }
  expect(all.map(({ kind }) => kind)).toEqual(['data', 'answer', 'data']);
  expect(all[1]).toEqual({ kind: 'answer', bytes: frame(OPCODE.pong, Buffer.from('?')) });
  expect(all[2]).toMatchObject({ text: true, whole: true, payload: Buffer.from('one two') });
  expect(frames.bytes.equals(Buffer.concat([first, last]))).toBe(true);
});

it('keeps what came behind the first message', () => {
  const frames = new FirstFrames(1000);
  const [one, two] = [from(OPCODE.binary, 'one'), from(OPCODE.binary, 'two')];
  frames.feed(Buffer.concat([one, two.subarray(0, 3)]));
  expect(frames.step()).toMatchObject({ kind: 'data', text: false, whole: true });
  expect(frames.bytes.equals(Buffer.concat([one, two.subarray(0, 3)]))).toBe(true);
});

it.each<[string, Buffer, number]>([
  ['a frame without a mask', frame(OPCODE.text, Buffer.from('x')), 1002],
  ['a continuation of nothing', from(OPCODE.continuation, 'x'), 1002],
  [
    'a message inside another',
    Buffer.concat([unfinished(from(OPCODE.text, 'x')), from(OPCODE.text, 'y')]),
    1002,
  ],
  ['more than the limit', from(OPCODE.binary, 'x'.repeat(200)).subarray(0, 20), 1009],
  ['an unknown opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
])('refuses %s', (_what, bytes, code) => {
  const frames = new FirstFrames(100);
  frames.feed(bytes);
  expect(steps(frames).at(-1)).toMatchObject({ kind: 'refused', code });
});

it('answers a Close with its own code', () => {
  const frames = new FirstFrames(100);
  frames.feed(closeFrame(1001, 'bye', MASK));
  expect(frames.step()).toEqual({ kind: 'closed', answer: closeFrame(1001) });
});
