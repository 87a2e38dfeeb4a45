import { describe, expect, it } from 'vitest';
import { Malformed, parseExposition } from './exposition.ts';

const values = (text: string): [string, Record<string, string>, number][] =>
  parseExposition(text).map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]);

it('reads the example of the format', () => {
  const text = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045
`;
  expect(values(text)).toEqual([
    ['http_requests_total', { method: 'post', code: '200' }, 1027],
    ['http_requests_total', { method: 'post', code: '400' }, 3],
    [
      'msdos_file_access_time_seconds',
      { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
      1458255915,
    ],
    ['metric_without_timestamp_and_labels', {}, 12.47],
    ['something_weird', { problem: 'division by zero' }, Infinity],
  ]);
});

it('takes blanks, tabs, a last comma, and all numbers of the format', () => {
  expect(values(' \ta_b:c {\t} \t 1\na{x = "1" , y="" ,} .5\nb{z="} 1"} -1.e-2\n')).toEqual([
    ['a_b:c', {}, 1],
    ['a', { x: '1', y: '' }, 0.5],
    ['b', { z: '} 1' }, -0.01],
  ]);
  expect(values('a NaN\na -Inf\na +inf\na 1E3\n').map(([, , value]) => value)).toEqual([
    NaN,
    -Infinity,
    Infinity,
    1000,
  ]);
  expect(values('')).toEqual([]);
});

describe('refuses', () => {
  it.each([
    ['an answer that is cut off', 'a 1\nconnections 12', 2, 'cut off'],
    ['a name that is none', '9a 1\n', 1, 'name of a metric'],
    ['a hyphen in a name', 'a-b 1\n', 1, 'a number is wanted'],
    ['no value', 'a 1\na\n', 2, 'a number is wanted at its end'],
    ['a value that is none', 'a twelve\n', 1, 'a number is wanted'],
    ['a number of JavaScript alone', 'a 0x10\n', 1, 'a number is wanted'],
    ['a label without quotes', 'a{x=1} 1\n', 1, 'in quotes'],
    ['single quotes', "a{x='1'} 1\n", 1, 'in quotes'],
    ['an unknown escape', 'a{x="\\t"} 1\n', 1, 'in quotes'],
    ['a brace that is not closed', 'a{x="1" 1\n', 1, '} is wanted'],
    ['a label twice', 'a{x="1",x="2"} 1\n', 1, 'twice'],
    ['two commas', 'a{x="1",,} 1\n', 1, 'name of a label'],
    ['a time that is none', 'a 1 now\n', 1, 'time'],
    ['something after the time', 'a 1 2 3\n', 1, 'nothing more'],
    ['a page of HTML', '<html>\n', 1, 'name of a metric'],
  ])('%s', (_, text, line, why) => {
    expect(() => parseExposition(text)).toThrow(Malformed);
    expect(() => parseExposition(text)).toThrow(`line ${line}: `);
    expect(() => parseExposition(text)).toThrow(why);
  });
});
