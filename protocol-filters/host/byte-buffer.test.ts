import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBuffer, Received } from './byte-buffer.ts';

const chunk = fc.uint8Array({ maxLength: 200 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('adopt' as const), bytes: chunk }),
  fc.record({ kind: fc.constant('append' as const), bytes: chunk }),
  fc.record({ kind: fc.constant('prepend' as const), bytes: chunk }),
  fc.record({ kind: fc.constant('drain' as const), length: fc.nat(300) }),
  fc.record({ kind: fc.constant('move' as const) }),
);

describe('ByteBuffer', () => {
  it('is the plain concatenation after any sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let buffer = new ByteBuffer();
        let model: number[] = [];
        for (const one of steps) {
          if (one.kind === 'adopt') buffer.adopt(one.bytes);
          else if (one.kind === 'append') buffer.append(one.bytes, 0, one.bytes.length);
          else if (one.kind === 'prepend') buffer.prepend(one.bytes, 0, one.bytes.length);
          else if (one.kind === 'drain') buffer.drain(one.length);
          else {
            const other = new ByteBuffer();
            buffer.moveTo(other);
            expect(buffer.length).toBe(0);
            buffer = other;
          }
          if (one.kind === 'drain') model = model.slice(one.length);
          else if (one.kind === 'prepend') model = [...one.bytes, ...model];
          else if (one.kind !== 'move') model = [...model, ...one.bytes];
          expect([...buffer.toBytes()]).toEqual(model);
        }
      }),
    );
  });

  it('never writes into a chunk that it adopted', () => {
    const mine = Uint8Array.of(1, 2, 3);
    const buffer = new ByteBuffer();
    buffer.adopt(mine);
    buffer.drain(1);
    buffer.append(Uint8Array.of(9), 0, 1);
    buffer.prepend(Uint8Array.of(8), 0, 1);
    expect([...mine]).toEqual([1, 2, 3]);
    expect([...buffer.toBytes()]).toEqual([8, 2, 3, 9]);
  });

  it('copies out a range', () => {
    const target = new Uint8Array(4);
    ByteBuffer.of(Uint8Array.of(1, 2, 3, 4, 5)).copyTo(1, 3, target, 1);
    expect([...target]).toEqual([0, 2, 3, 4]);
  });
});

describe('Received', () => {
  it('counts without keeping when asked to', () => {
    const received = new Received(false);
    received.take(ByteBuffer.of(Uint8Array.of(1, 2)));
    expect([received.length, received.bytes.length]).toEqual([2, 0]);
  });
});
