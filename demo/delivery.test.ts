import { expect, it } from 'vitest';
import { Delivery } from './delivery.ts';

it('counts what arrives and what does not, but not what a reconnect lost', () => {
  const delivery = new Delivery(1000);
  expect(delivery.share).toBe(1);
  const a = { id: 'a', connected: true, session: 1 };
  const b = { id: 'b', connected: true, session: 1 };
  const c = { id: 'c', connected: true, session: 1 };
  delivery.sent('1', a, b, 0);
  delivery.arrived('1');
  delivery.arrived('1');
  delivery.sent('2', a, b, 0);
  delivery.sent('3', a, c, 0);
  c.session = 2;
  delivery.expire(999);
  expect([delivery.delivered, delivery.lost, delivery.void]).toEqual([0, 0, 0]);
  delivery.expire(1000);
  expect([delivery.delivered, delivery.lost, delivery.void]).toEqual([1, 1, 1]);
  expect(delivery.share).toBe(0.5);
});
