import { expect, it } from 'vitest';
import { ORDER, ruleOf } from './ordering.ts';
import { shortType } from './resource-types.ts';

it('the order is clusters, endpoints, secrets, listeners, routes, plugins, and who waits for whom is this', () => {
  const lines = ORDER.map(({ type, after, removedAfter, first, againWith }) => {
    const names = (types: readonly string[]): string => types.map(shortType).join(' ') || '-';
    return `${shortType(type)} | after ${names(after)} | removed after ${names(removedAfter)} | first ${first?.join() ?? '-'} | again with ${againWith ? shortType(againWith) : '-'}`;
  });
  expect(lines).toEqual([
    'CDS | after - | removed after LDS RDS ECDS | first - | again with -',
    'EDS | after - | removed after CDS | first - | again with CDS',
    'SDS | after - | removed after CDS LDS | first - | again with -',
    'LDS | after CDS EDS SDS | removed after - | first - | again with -',
    'RDS | after CDS EDS | removed after LDS | first - | again with -',
    'ECDS | after CDS EDS | removed after LDS | first assignment,organizations | again with -',
  ]);
});

it('nothing waits in a circle', () => {
  const index = new Map(ORDER.map(({ type }, i) => [type, i]));
  for (const { type, after } of ORDER)
    for (const other of after) expect(index.get(other)!).toBeLessThan(index.get(type)!);
  const seen = (type: string, path: readonly string[]): void => {
    expect(path).not.toContain(type);
    for (const other of ruleOf(type).removedAfter) seen(other, [...path, type]);
  };
  for (const { type } of ORDER) seen(type, []);
});

it('a type that the list does not have waits for nothing', () => {
  expect(ruleOf('type.googleapis.com/x')).toEqual({
    type: 'type.googleapis.com/x',
    after: [],
    removedAfter: [],
  });
});
