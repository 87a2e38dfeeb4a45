import { describe, expect, it } from 'vitest';
import { simulateDay, summaryOf } from './day.ts';
import type { DayResult } from './day.ts';
import { burstHeight, DayLoad, FULL_DAY } from './day-load.ts';
import { maglev } from './maglev.ts';
import { stateless, sum } from './placer.ts';
import type { Contender } from './placer.ts';
import { makeWorld } from './world.ts';

const world = makeWorld({ servers: 5, organizations: 500 }, 1);

describe('the load of a day', () => {
  it('is decided by its seed, in whole connections', () => {
    const [one, same] = [new DayLoad(world, FULL_DAY), new DayLoad(world, FULL_DAY)];
    for (const minute of [0, 300, 800]) {
      const loads = one.at(minute);
      expect(loads).toEqual(same.at(minute));
      expect(loads.every((load) => Number.isInteger(load) && load >= 0)).toBe(true);
    }
  });

  it('is flat at first, but for devices that come and go', () => {
    const load = new DayLoad(world, FULL_DAY);
    const at = load.at(100);
    at.forEach((value, i) => {
      const size = world.connections[i]!;
      expect(Math.abs(value - size)).toBeLessThanOrEqual(6 * Math.sqrt(size) + 1);
    });
    expect(at).not.toEqual(load.at(101));
  });

  it('then each organization goes from half to one and a half times its size', () => {
    const load = new DayLoad(world, { ...FULL_DAY, bursts: 0 });
    const largest = world.connections.indexOf(Math.max(...world.connections));
    const curve: number[] = [];
    for (let minute = FULL_DAY.flat + 120; minute < FULL_DAY.flat + 24 * 60; minute += 10) {
      curve.push(load.at(minute)[largest]! / world.connections[largest]!);
    }
    expect(Math.min(...curve)).toBeGreaterThan(0.45);
    expect(Math.min(...curve)).toBeLessThan(0.65);
    expect(Math.max(...curve)).toBeGreaterThan(1.4);
    expect(Math.max(...curve)).toBeLessThan(1.85);
  });

  it('some burst', () => {
    const load = new DayLoad(world, FULL_DAY);
    expect(load.bursts).toHaveLength(FULL_DAY.bursts);
    const { organization, at, factor } = load.bursts[0]!;
    const [before, during] = [load.at(at)[organization]!, load.at(at + 20)[organization]!];
    expect(during / before).toBeGreaterThan(factor * 0.7);
    expect([0, 5, 10, 40, 45, 50, 60].map(burstHeight)).toEqual([0, 0.5, 1, 1, 0.5, 0, 0]);
  });
});

it('counts what moves, and what a death moves apart', () => {
  const options = { minutes: 40, flat: 40, bursts: 0, seed: 1 };
  const events = { lost: 10, found: 20, joins: 30 };
  const { minutes } = simulateDay(maglev, world, options, events);
  const moving = minutes.filter(({ moved }) => moved > 0).map(({ minute }) => minute);
  expect(moving).toEqual([10, 20, 30]);
  expect(minutes.map(({ loads }) => [...loads].filter((load) => load >= 0).length)).toEqual([
    ...new Array<number>(10).fill(5),
    ...new Array<number>(10).fill(4),
    ...new Array<number>(10).fill(5),
    ...new Array<number>(10).fill(6),
  ]);
  for (const { loads } of minutes) {
    const living = [...loads].filter((load) => load >= 0);
    expect(sum(living)).toBeCloseTo(living.length, 9);
  }
  // One that says where the devices of a dead server are.
  const placed = (living: readonly number[], connections: Float64Array): Int32Array =>
    Int32Array.from(connections, (_, i) => living[i % living.length]!);
  const falling: Contender = {
    name: 'falling',
    start: () => ({ ...stateless(placed), lost: (_, living, connections) => placed(living, connections) }),
  };
  const fallen = simulateDay(falling, world, options, events).minutes[10]!;
  expect(fallen.lost).toBeGreaterThan(0);
  expect(fallen.moved).toBe(0);
});

it('sums up by hours', () => {
  const minute = (at: number, moved: number, worstOverMean: number) => ({
    minute: at,
    connections: 100,
    worstOverMean,
    besidesWorstOverMean: at < 42 ? 1.2 : 1.1,
    moved,
    lost: at === 70 ? 7 : 0,
    loads: new Float64Array(),
  });
  const minutes = Array.from({ length: 210 }, (_, at) =>
    minute(at, at === 5 ? 3 : at === 100 || at === 200 ? 6 : 0, at < 21 ? 1.2 : 1.1),
  );
  const result: DayResult = { contender: 'none', minutes };
  const { timeOver, besidesTimeOver, stable, drift, lost } = summaryOf(
    result,
    { minutes: 210, flat: 60, bursts: 0, seed: 1 },
    1.1,
  );
  expect([timeOver, besidesTimeOver]).toEqual([0.1, 0.2]);
  expect(stable.mean).toBeCloseTo(0.03, 12);
  expect(stable.worst).toBeCloseTo(0.03, 12);
  // The last hour is half an hour.
  expect(drift.mean).toBeCloseTo((0.06 + 0 + 0.12) / 3, 12);
  expect(drift.worst).toBeCloseTo(0.12, 12);
  expect(lost).toBeCloseTo(0.07, 12);
});
