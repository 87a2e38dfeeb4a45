import { describe, expect, it } from 'vitest';
import { balanceOf, largest } from './balance.ts';

const balance = (placement: number[], connections: number[], servers: number, capacities?: number[]) =>
  balanceOf({
    placement: Int32Array.from(placement),
    connections,
    living: [...new Array(servers).keys()],
    ...(capacities && { capacity: (server: number) => capacities[server]! }),
  });

describe('without an organization above the mean', () => {
  it('is worst over mean', () => {
    // Loads 3, 2, 1.
    const { worstOverMean, own, mean } = balance([0, 0, 0, 1, 1, 2], [1, 1, 1, 1, 1, 1], 3);
    expect(worstOverMean).toBe(1.5);
    expect(own.size).toBe(0);
    expect(mean).toBe(2);
  });

  it('counts servers that have nothing', () => {
    expect(balance([0, 0, 1, 1], [1, 1, 1, 1], 4).worstOverMean).toBe(2);
  });

  it('one that is as large as the mean is not above it', () => {
    expect(balance([0, 1, 2], [5, 5, 5], 3)).toMatchObject({ worstOverMean: 1, mean: 5, own: new Map() });
  });

  it('goes by capacity', () => {
    // 4 and 2 on capacities 2 and 1: even.
    expect(balance([0, 0, 0, 0, 1, 1], [1, 1, 1, 1, 1, 1], 2, [2, 1]).worstOverMean).toBe(1);
    expect(balance([0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1], 2, [2, 1]).worstOverMean).toBe(1.5);
  });
});

describe('with organizations above the mean', () => {
  it('they and their servers leave the ratio, again and again', () => {
    // Mean 20/4 = 5: 10 leaves. Then 10/3: 4 leaves. Then 6/2 = 3: 3 is not above it.
    const { worstOverMean, own, mean, plainWorstOverMean } = balance([0, 1, 2, 3], [10, 4, 3, 3], 4);
    expect([...own]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(mean).toBe(3);
    expect(worstOverMean).toBe(1);
    expect(plainWorstOverMean).toBe(2);
  });

  it('its server counts as all others do where anything else is on it', () => {
    const shared = balance([0, 0, 1, 1], [10, 1, 2, 2], 3);
    expect(shared.worstOverMean).toBeCloseTo(11 / 2.5);
    // Besides the large one that server has 1, and the other one 4.
    expect(shared.besidesWorstOverMean).toBeCloseTo(4 / 2.5);
    // That has no connections: nothing.
    expect(balance([0, 0, 1, 2], [10, 0, 2, 2], 3).worstOverMean).toBe(1);
  });

  it('two on one server want two servers', () => {
    const { worstOverMean, own } = balance([0, 0, 1, 2], [9, 8, 1, 1], 4);
    expect(own.get(0)).toBe(0);
    expect(own.get(1)).not.toBe(0);
    // Left are 2 connections for 2 servers.
    expect(worstOverMean).toBe(17);
  });

  it('is above the mean if it is so on the largest server', () => {
    // Mean 12/4 = 3: 6 on a capacity of 3 is below it, wherever it is now.
    expect(balance([1, 0, 0, 0, 0, 0, 0], [6, 1, 1, 1, 1, 1, 1], 2, [3, 1]).own.size).toBe(0);
    // Mean 18/4 = 4.5, and 15/3 is above it.
    const { own, worstOverMean } = balance([0, 1, 1, 1], [15, 1, 1, 1], 2, [3, 1]);
    expect([own, worstOverMean]).toEqual([new Map([[0, 0]]), 1]);
  });

  it('leaves one server for the others, and is even where there are none', () => {
    expect(balance([0, 1], [7, 3], 2).worstOverMean).toBe(1);
    expect(balance([0, 1], [7, 3], 5).worstOverMean).toBe(1);
  });
});

it('what is on a server that is not living counts for the mean alone', () => {
  const placed = { placement: Int32Array.of(0, 1, 2, 2), connections: [2, 2, 1, 1], living: [0, 1] };
  expect(balanceOf(placed)).toMatchObject({ worstOverMean: 2 / 3, mean: 3 });
});

it('finds the largest', () => {
  expect(largest([3, 9, 1, 9, 5], 3)).toEqual([1, 3, 4]);
  expect(largest([1], 3)).toEqual([0]);
});
