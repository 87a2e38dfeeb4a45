/** Organizations as devices may name them. */
import type { Random } from '../random.ts';

/** Good ones, which worlds pin some of. */
export const ORGANIZATIONS: readonly string[] = [
  ...Array.from({ length: 60 }, (_, i) => `org-${i}`),
  'a',
  'acme',
  'ACME',
  'Zürich Wärme',
  '組織',
  '🏭🏭',
  '\u{10ffff}',
  '\u07ff\u0800\uffff',
  '\ufeffbom',
  '%2Facme',
  'a+b c',
  'x'.repeat(31),
  'x'.repeat(32),
  'x'.repeat(33),
  'y'.repeat(255),
  'z'.repeat(256),
  'ü'.repeat(128),
];

const BAD: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.alloc(257, 'q'),
  Buffer.alloc(1025, 'q'),
  Buffer.from('a\0b'),
  ...[
    'c080', // overlong NUL
    'c1bf',
    'e08080',
    'e09fbf',
    'f08fbfbf',
    'eda080', // a surrogate
    'edbfbf',
    'f4908080', // above U+10FFFF
    'f5808080',
    'ff',
    '80',
    '61c3',
    'e282',
    'f09f8f',
    'c328',
    'e28228',
    'f09f8f28',
  ].map((hex) => Buffer.from(hex, 'hex')),
];

/** Mostly good, of few or of many; sometimes one that must be refused. */
export function organizationBytes(random: Random): Buffer {
  const kind = random.below(16);
  if (kind < 9) return Buffer.from(random.pick(ORGANIZATIONS));
  if (kind < 13) return Buffer.from(`many-${random.below(100_000)}`);
  if (kind < 14) return random.bytes(random.below(12));
  if (kind < 15) return random.pick(BAD);
  return Buffer.concat([Buffer.alloc(random.below(256), 'p'), random.pick(BAD)]);
}
