import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS, NO_BRAKE, type Brake } from '../model/index.ts';
import { isBraked, nextBrake, releasedBrake } from './brake.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;

/** Ten servers in time. */
class World {
  brake: Brake = NO_BRAKE;
  wakeMs: number | undefined;
  now = START;
  servers = 10;

  pass(ms: number, ...died: string[]): Brake {
    this.now += ms;
    const { brake, servers, now } = this;
    ({ brake: this.brake, wakeMs: this.wakeMs } = nextBrake({
      brake,
      died,
      servers,
      now,
      settings: DEFAULT_SETTINGS,
    }));
    return this.brake;
  }
  braked(): string[] {
    return [...'abcdefghij'].filter((id) => isBraked(this, id));
  }
}

it('engages at more than 30% within a minute, and holds the last and the later ones, not the first', () => {
  const world = new World();
  expect(world.pass(0, 'a', 'b').engaged).toBe(false);
  expect(world.pass(20_000, 'c').engaged).toBe(false);
  expect(world.pass(20_000, 'd')).toMatchObject({ engaged: true, sinceMs: world.now });
  expect(world.braked()).toEqual(['d']);
  world.pass(3 * MINUTE, 'e');
  expect(world.braked()).toEqual(['d', 'e']);
  expect(world.brake.deaths.map(({ server }) => server)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(world.wakeMs).toBe(START + 40_000 + 10 * MINUTE);
});

it('holds all when they die at one moment', () => {
  const world = new World();
  world.pass(0, 'a', 'b', 'c', 'd');
  expect(world.braked()).toEqual(['a', 'b', 'c', 'd']);
});

it('does not add up deaths that are further apart, or of one server', () => {
  const world = new World();
  for (const id of ['a', 'b', 'c', 'd', 'e']) world.pass(19_000, id);
  expect(world.brake).toMatchObject({ engaged: true });
  const slow = new World();
  for (const id of ['a', 'b', 'c', 'd', 'e']) slow.pass(20_000, id);
  expect(slow.brake.engaged).toBe(false);
  expect(slow.wakeMs).toBe(START + 3 * 20_000 + MINUTE);
  const flapping = new World();
  for (let i = 0; i < 9; i++) flapping.pass(1_000, 'a');
  expect(flapping.brake.engaged).toBe(false);
  expect(flapping.pass(MINUTE).deaths).toEqual([]);
  expect(flapping.wakeMs).toBeUndefined();
});

it('is not engaged by one death, however few servers there are', () => {
  const world = new World();
  world.servers = 2;
  expect(world.pass(0, 'a').engaged).toBe(false);
  expect(world.pass(1_000, 'b').engaged).toBe(true);
});

it('is released by time, and by an operator; deaths before then engage it no more', () => {
  const world = new World();
  world.pass(0, 'a', 'b', 'c', 'd');
  expect(world.pass(10 * MINUTE - 1).engaged).toBe(true);
  expect(world.pass(1)).toEqual(releasedBrake(world.now));
  world.pass(0, 'e', 'f', 'g', 'h');
  expect(world.brake.engaged).toBe(true);
  world.brake = releasedBrake(world.now);
  expect(world.braked()).toEqual([]);
  expect(world.pass(1_000, 'i').engaged).toBe(false);
  expect(world.pass(1_000, 'e', 'f', 'g')).toMatchObject({ engaged: true, releasedMs: world.now - 2_000 });
});

it('does not last longer when the system time goes back', () => {
  const world = new World();
  world.pass(0, 'a', 'b', 'c', 'd');
  expect(world.pass(-60 * MINUTE).untilMs).toBe(world.now + 10 * MINUTE);
});
