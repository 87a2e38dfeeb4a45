import { isIP } from 'node:net';
import { compileRules, count, must, type Check, type RuleMessage } from './rule.ts';

/** validate.proto, `KnownRegex`: 1 HTTP_HEADER_NAME, 2 HTTP_HEADER_VALUE; the third pattern is for `strict: false`. */
const HEADER_NAME = /^:?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+$/;
// eslint-disable-next-line no-control-regex
const HEADER_VALUE = /^[^\u0000-\u0008\u000A-\u001F\u007F]*$/;
// eslint-disable-next-line no-control-regex
const HEADER_LAX = /^[^\u0000\u000A\u000D]*$/;

/** Lengths are counted in Unicode code points (`len`) or UTF-8 bytes (`bytes`). */
const codePoints = (value: string): number => {
  let count = 0;
  for (let at = 0; at < value.length; at += (value.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count++;
  return count;
};
const utf8 = (value: string): number => Buffer.byteLength(value);

export function stringRules(where: string, rules: RuleMessage): Check<string> {
  const strict = rules['strict'] !== false;
  return compileRules<string>(
    where,
    rules,
    {
      const: (wanted: string) => must(`be ${JSON.stringify(wanted)}`, (value) => value === wanted),
      len: (n: bigint) => must(`have ${count(n, 'character')}`, (value) => BigInt(codePoints(value)) === n),
      minLen: (n: bigint) =>
        must(`have at least ${count(n, 'character')}`, (value) => codePoints(value) >= n),
      maxLen: (n: bigint) => must(`have at most ${count(n, 'character')}`, (value) => codePoints(value) <= n),
      minBytes: (n: bigint) => must(`have at least ${count(n, 'byte')}`, (value) => utf8(value) >= n),
      maxBytes: (n: bigint) => must(`have at most ${count(n, 'byte')}`, (value) => utf8(value) <= n),
      pattern: (pattern: string) => {
        const expression = new RegExp(pattern, 'u');
        return must(`match ${expression.source}`, (value) => expression.test(value));
      },
      prefix: (text: string) => must(`start with ${text}`, (value) => value.startsWith(text)),
      suffix: (text: string) => must(`end with ${text}`, (value) => value.endsWith(text)),
      contains: (text: string) => must(`contain ${text}`, (value) => value.includes(text)),
      notContains: (text: string) => must(`not contain ${text}`, (value) => !value.includes(text)),
      in: (list: string[]) => must(`be one of ${list.join(', ')}`, (value) => list.includes(value)),
      notIn: (list: string[]) => must(`be none of ${list.join(', ')}`, (value) => !list.includes(value)),
      strict: () => () => undefined,
      wellKnown: (rule: { case: string; value: unknown }) => wellKnown(where, rule, strict),
    },
    (value) => value === '',
  );
}

function wellKnown(where: string, rule: { case: string; value: unknown }, strict: boolean): Check<string> {
  switch (rule.case) {
    case 'ip':
      return must('be an IP address', (value) => isIP(value) !== 0);
    case 'ipv4':
      return must('be an IPv4 address', (value) => isIP(value) === 4);
    case 'ipv6':
      return must('be an IPv6 address', (value) => isIP(value) === 6);
    case 'uri':
      return must('be an absolute URI', (value) => URL.canParse(value));
    case 'uriRef':
      return must('be a URI reference', (value) => URL.canParse(value, 'http://a'));
    case 'wellKnownRegex':
      if (!strict)
        return must('hold no NUL, line feed or carriage return', (value) => HEADER_LAX.test(value));
      if (rule.value === 1) return must('be the name of an HTTP header', (value) => HEADER_NAME.test(value));
      if (rule.value === 2)
        return must('be fit as an HTTP header’s value', (value) => HEADER_VALUE.test(value));
  }
  throw new Error(`${where}: the validation rule ${rule.case} is not known; add it`);
}
