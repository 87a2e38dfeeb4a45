import { expect, it } from 'vitest';
import { Alarm } from './alarm.ts';
import { ManualClock } from './manual-clock.ts';

it('the soonest time counts, and it rings once for all of them', async () => {
  const clock = new ManualClock();
  const rung: number[] = [];
  const alarm = new Alarm(clock, () => rung.push(clock.now()));
  alarm.ringIn(50);
  alarm.ringIn(20);
  alarm.ringIn(90);
  await clock.pass(200);
  expect(rung).toEqual([20]);
  alarm.ringIn(5);
  await clock.pass(5);
  expect(rung).toEqual([20, 205]);
});

it('rings no more once it is cancelled, until it is asked again', async () => {
  const clock = new ManualClock();
  let rung = 0;
  const alarm = new Alarm(clock, () => rung++);
  alarm.ringIn(10);
  alarm.cancel();
  await clock.pass(100);
  expect(rung).toBe(0);
  alarm.ringIn(30);
  await clock.pass(30);
  expect(rung).toBe(1);
});
