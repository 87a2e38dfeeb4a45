import { expect, it } from 'vitest';
import { Rate, TrafficRate } from './rate.ts';

it('a steady flow shows as what it is, and one that ended fades by half each half-life', () => {
  const rate = new Rate();
  for (let now = 0; now <= 200_000; now += 1_000) rate.add(50, now, 10_000);
  expect(rate.perSecond(200_000, 10_000)).toBeGreaterThan(48);
  expect(rate.perSecond(200_000, 10_000)).toBeLessThan(54);
  const half = rate.perSecond(210_000, 10_000) / rate.perSecond(200_000, 10_000);
  expect(half).toBeCloseTo(0.5, 6);
  expect(rate.perSecond(2_000_000, 10_000)).toBe(0);
});

it('time that goes back does not make it grow', () => {
  const rate = new Rate();
  rate.add(50, 1_000, 10_000);
  const before = rate.perSecond(1_000, 10_000);
  expect(rate.perSecond(0, 10_000)).toBe(before);
});

it('three rates are counted apart', () => {
  const rate = new TrafficRate();
  rate.add({ received: 10, sent: 0, messages: 1 }, 0, 1_000);
  const { received, sent, messages } = rate.perSecond(0, 1_000);
  expect(sent).toBe(0);
  expect(received / messages).toBeCloseTo(10, 6);
});
