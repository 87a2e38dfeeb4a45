import { describe, expect, it } from 'vitest';
import * as values from './values.ts';

describe('addresses', () => {
  it.each([
    ['10.0.0.1:1883', { host: '10.0.0.1', port: 1883 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
    ['server-1.example.org:1', { host: 'server-1.example.org', port: 1 }],
  ])('%s', (text, address) => {
    expect(values.address(text)).toEqual(address);
    expect(values.printAddress(address)).toBe(text);
  });
  it.each(['10.0.0.1', ':1883', '::1:1883', '[10.0.0.1]:1', 'a:0', 'a:65536', 'a b:1', 'a:1:2', ''])(
    'not %j',
    (text) => {
      expect(() => values.address(text)).toThrow(/host:port|IPv6/);
    },
  );
  it('takes port 0 to listen on', () => {
    expect(values.listenAddress('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 });
  });
});

describe('numbers', () => {
  it('are whole and within bounds', () => {
    expect(values.whole(0)('0')).toBe(0);
    expect(values.whole(1, 100)('100')).toBe(100);
    for (const text of ['101', '0', '1.5', '-1', 'ten', '', '1e2']) {
      expect(() => values.whole(1, 100)(text)).toThrow('It must be a whole number from 1 to 100.');
    }
    expect(() => values.whole(2)('1')).toThrow('It must be a whole number from 2.');
  });
  it('of seconds may have a fraction', () => {
    expect(values.seconds('0.5')).toBe(0.5);
    for (const text of ['0', '-1', '20s', '']) expect(() => values.seconds(text)).toThrow('above 0');
  });
});

describe('etcd endpoints', () => {
  it('are URLs, of http unless they say otherwise', () => {
    expect(values.etcdEndpoints('10.0.0.1:2379,https://etcd-2:2379/')).toEqual([
      'http://10.0.0.1:2379',
      'https://etcd-2:2379',
    ]);
  });
  it.each(['etcd-1', 'ftp://etcd:1', 'http://etcd:2379/v3', 'a:1,', ''])('not %j', (text) => {
    expect(() => values.etcdEndpoints(text)).toThrow('is no URL of an etcd');
  });
});

describe('servers', () => {
  it('speak MQTT unless they say more', () => {
    const first = values.server('a=10.0.0.1:1883');
    expect(values.server('b.c=mqtt://[::1]:1883,ws://example.org:8080/', first)).toEqual([
      { id: 'a', ports: { mqtt: { host: '10.0.0.1', port: 1883 } } },
      {
        id: 'b.c',
        ports: { mqtt: { host: '::1', port: 1883 }, websocket: { host: 'example.org', port: 8080 } },
      },
    ]);
  });
  it.each([
    ['10.0.0.1:1883', 'id=host:port'],
    ['a=', 'id=host:port'],
    ['a=amqp://h:1', 'there are mqtt:// and ws://'],
    ['a=h:1,mqtt://h:2', 'two ports'],
    ['a b=h:1', 'An id has'],
    ['a=h', 'host:port'],
  ])('not %s', (text, why) => {
    expect(() => values.server(text)).toThrow(why);
  });
  it('are named once', () => {
    expect(() => values.server('a=h:1', values.server('a=h:2'))).toThrow('named twice');
  });
});

it('reads ports, proxies and hosts', () => {
  expect(values.port('websocket=h:2', values.port('mqtt=h:1'))).toEqual({
    mqtt: { host: 'h', port: 1 },
    websocket: { host: 'h', port: 2 },
  });
  expect(() => values.port('mqtt=h:2', values.port('mqtt=h:1'))).toThrow('mqtt is named twice');
  expect(() => values.port('MQTT=h:1')).toThrow('a-z 0-9 _');
  expect(values.proxy('mqtt=h:1,websocket=h:2')).toEqual([
    { mqtt: { host: 'h', port: 1 }, websocket: { host: 'h', port: 2 } },
  ]);
  expect(() => values.proxy('amqp=h:1')).toThrow('devices do not speak amqp');
  expect(values.controlPlaneHosts('cp-1=10.0.0.1,cp1.example.org')).toEqual([
    { id: 'cp-1', hosts: ['10.0.0.1', 'cp1.example.org'] },
  ]);
  expect(() => values.controlPlaneHosts('cp-1=a b')).toThrow('neither a host name nor an IP address');
});
