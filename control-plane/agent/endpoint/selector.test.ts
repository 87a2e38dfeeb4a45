import { expect, it } from 'vitest';
import { parseExposition } from './exposition.ts';
import { parseSelector } from './selector.ts';

const SAMPLES = parseExposition(
  'up 1\nc{listener="tcp",node="a"} 10\nc{listener="tls",node="b"} 20\nc{listener="ws"} 40\nc{path="a\\"b,c}"} 80\n',
);

function sum(text: string): number {
  const selector = parseSelector(text);
  if (typeof selector === 'string') throw new Error(selector);
  return SAMPLES.filter(selector.matches).reduce((all, { value }) => all + value, 0);
}

it.each([
  ['up', 1],
  ['c', 150],
  ['c{}', 150],
  [' c { listener = "tcp" } ', 10],
  ['c{listener=~"tcp|tls",}', 30],
  ['c{listener=~"t"}', 0],
  ['c{listener!="tcp"}', 140],
  ['c{listener!~"t.*",node=""}', 120],
  ['c{node=~".+"}', 30],
  ['c{path="a\\"b,c}"}', 80],
  ['nobody', 0],
])('%s', (text, expected) => {
  expect(sum(text)).toBe(expected);
});

it.each([
  '',
  '9',
  'c{listener}',
  'c{listener=tcp}',
  'c{listener="tcp"',
  'c{x="1" y="2"}',
  'c{x=~"("}',
  'sum(c)',
])('not %j', (text) => {
  expect(typeof parseSelector(text)).toBe('string');
});
