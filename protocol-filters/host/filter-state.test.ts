import { expect, it } from 'vitest';
import { readFilterStateRequest, readProto } from './filter-state.ts';

const message = (...parts: (number | string)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))),
  );

it('reads path, value and span', () => {
  const request = readFilterStateRequest(message(10, 3, 'a.b', 18, 2, 'xy', 24, 2));
  expect(request?.path).toBe('a.b');
  expect(Buffer.from(request?.value ?? []).toString()).toBe('xy');
  expect(request?.span).toBe(2);
});

it('takes an unknown span as that of the filter chain', () => {
  expect(readFilterStateRequest(message(24, 7))?.span).toBe(0);
});

it('refuses what is cut off, groups, field 0 and text that is not UTF-8', () => {
  expect(readProto(message(10, 3, 'a'))).toBeUndefined();
  expect(readProto(message(11))).toBeUndefined();
  expect(readProto(message(2, 0))).toBeUndefined();
  expect(readProto(message(0x80))).toBeUndefined();
  expect(readFilterStateRequest(message(18, 1, '\xff'))).toBeUndefined();
});
