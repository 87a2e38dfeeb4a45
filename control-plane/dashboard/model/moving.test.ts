import { expect, it } from 'vitest';
import { devicesToMove, flowsOf, targetOf } from './moving.ts';

const traffic = { received: 0, sent: 0, messages: 0 };
const seat = (server: string, connections: number) => ({ server, connections, traffic, proxies: [] });

it('counts the devices that do not sit where they are to be', () => {
  const one = { seats: [seat('a', 5), seat('b', 2)] };
  expect([devicesToMove(one, 'a'), devicesToMove(one, 'b'), devicesToMove(one, undefined)]).toEqual([
    2, 5, 7,
  ]);
});

it('adds up a plan by the servers between which it moves', () => {
  const move = (from: string | undefined, to: string, connections: number) => ({
    target: { slot: 1 },
    ...(from === undefined ? {} : { from }),
    to,
    connections,
    gain: 0,
    dimension: 'cpu',
    reason: '',
    words: '',
  });
  const moves = [move('a', 'b', 3), move('a', 'c', 10), move('a', 'b', 4), move(undefined, 'b', 1)];
  expect(flowsOf({ moves })).toEqual([
    { from: 'a', to: 'c', devices: 10 },
    { from: 'a', to: 'b', devices: 7 },
    { from: 'nobody', to: 'b', devices: 1 },
  ]);
});

it('names what moved', () => {
  expect(targetOf({ organization: 'acme' })).toBe('acme');
  expect(targetOf({ slots: [[7, 7]] })).toBe('slot 7');
  expect(
    targetOf({
      slots: [
        [1, 3],
        [9, 9],
      ],
    }),
  ).toBe('4 slots');
});
