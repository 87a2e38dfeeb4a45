import { expect, it } from 'vitest';
import { HealthViews, type HealthStatus } from './health-view.ts';

const report = (servers: Record<string, HealthStatus>): Map<string, Map<string, HealthStatus>> =>
  new Map([['mqtt', new Map(Object.entries(servers))]]);

it('tells changes alone, and keeps since when', () => {
  const views = new HealthViews();
  expect(views.report('p', report({ a: 'UNHEALTHY', b: 'HEALTHY' }), 1)).toHaveLength(2);
  expect(views.report('p', report({ a: 'UNHEALTHY', b: 'HEALTHY' }), 2)).toEqual([]);
  expect(views.report('p', report({ a: 'HEALTHY', b: 'HEALTHY' }), 3)).toEqual([
    { node: 'p', cluster: 'mqtt', server: 'a', before: 'UNHEALTHY', after: 'HEALTHY', at: 3 },
  ]);
  expect(views.of('p')).toEqual([
    { node: 'p', cluster: 'mqtt', server: 'a', health: 'HEALTHY', since: 3 },
    { node: 'p', cluster: 'mqtt', server: 'b', health: 'HEALTHY', since: 1 },
  ]);
});

it('a server that is no longer reported is no longer seen; an empty message is a sign of life', () => {
  const views = new HealthViews();
  views.report('p', report({ a: 'HEALTHY' }), 1);
  expect(views.report('p', new Map(), 5)).toEqual([
    { node: 'p', cluster: 'mqtt', server: 'a', before: 'HEALTHY', after: undefined, at: 5 },
  ]);
  expect(views.of('p')).toEqual([]);
  expect(views.heard().get('p')).toBe(5);
});

it('a proxy that has gone has no view', () => {
  const views = new HealthViews();
  views.report('p', report({ a: 'HEALTHY' }), 1);
  views.report('q', report({ a: 'TIMEOUT' }), 1);
  expect(views.server('a').map(({ node, health }) => [node, health])).toEqual([
    ['p', 'HEALTHY'],
    ['q', 'TIMEOUT'],
  ]);
  expect(views.forget('p', 7)).toMatchObject([{ server: 'a', before: 'HEALTHY', after: undefined, at: 7 }]);
  expect(views.of('p')).toBeUndefined();
  expect(views.forget('p', 8)).toEqual([]);
  expect(views.server('a')).toHaveLength(1);
});

it('one server in two clusters is two sightings', () => {
  const views = new HealthViews();
  const both = new Map<string, Map<string, HealthStatus>>([
    ['mqtt', new Map([['a', 'HEALTHY']])],
    ['websocket', new Map([['a', 'UNHEALTHY']])],
  ]);
  views.report('p', both, 1);
  expect(views.server('a').map(({ cluster, health }) => [cluster, health])).toEqual([
    ['mqtt', 'HEALTHY'],
    ['websocket', 'UNHEALTHY'],
  ]);
});
