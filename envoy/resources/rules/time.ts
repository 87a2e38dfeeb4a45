import { compileRules, must, type Check, type RuleMessage } from './rule.ts';

interface Seconds {
  readonly seconds: bigint;
  readonly nanos: number;
}

const nanoseconds = (time: Seconds): bigint => time.seconds * 1_000_000_000n + BigInt(time.nanos);
const words = (time: Seconds): string => `${Number(time.seconds) + time.nanos / 1e9}s`;

/** Checks of a google.protobuf.Duration, taken as nanoseconds. */
export function durationRules(where: string, rules: RuleMessage): Check<bigint> {
  return compileRules<bigint>(where, rules, {
    required: () => () => undefined,
    const: (bound: Seconds) => must(`be ${words(bound)}`, (value) => value === nanoseconds(bound)),
    gt: (bound: Seconds) => must(`be longer than ${words(bound)}`, (value) => value > nanoseconds(bound)),
    gte: (bound: Seconds) => must(`be at least ${words(bound)}`, (value) => value >= nanoseconds(bound)),
    lt: (bound: Seconds) => must(`be shorter than ${words(bound)}`, (value) => value < nanoseconds(bound)),
    lte: (bound: Seconds) => must(`be at most ${words(bound)}`, (value) => value <= nanoseconds(bound)),
  });
}
