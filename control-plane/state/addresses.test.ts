import { expect, it } from 'vitest';
import { addressOf, chooseAddress, hostNames } from './addresses.ts';
import { server } from './testing.ts';

it('lists host names once, and no addresses', () => {
  const named = (host: string): ReturnType<typeof server> =>
    server('a', { ports: { mqtt: { host, port: 1 }, websocket: { host, port: 2 } } });
  expect(
    hostNames([named('b.example'), named('10.0.0.1'), named('::1'), named('a.example'), named('b.example')]),
  ).toEqual(['a.example', 'b.example']);
});

it('takes an address as it is, and a name as it resolves', () => {
  const resolved = new Map([['a.example', '10.0.0.7']]);
  expect(addressOf('10.0.0.1', resolved)).toBe('10.0.0.1');
  expect(addressOf('a.example', resolved)).toBe('10.0.0.7');
  expect(addressOf('b.example', resolved)).toBeUndefined();
});

it('chooses the same of several addresses whatever their order, and none with a zone', () => {
  const addresses = ['fe80::1%eth0', '::1', '10.0.0.2', '10.0.0.1'];
  expect(chooseAddress(addresses)).toBe('10.0.0.1');
  expect(chooseAddress([...addresses].reverse())).toBe('10.0.0.1');
  expect(chooseAddress(['fe80::1%eth0', '::2', '::1'])).toBe('::1');
  expect(chooseAddress(['fe80::1%eth0'])).toBeUndefined();
});
