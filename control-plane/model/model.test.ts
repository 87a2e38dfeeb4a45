import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agents, DEFAULT_SETTINGS, pins, proxies, replicas, servers, settings } from './index.ts';
import type { Kind, Server } from './index.ts';

const organization = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 64 })
  .filter((text) => Buffer.byteLength(text) <= 256);
const id = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);
const address = fc.record({ host: fc.ipV4(), port: fc.integer({ min: 1, max: 65535 }) });
const server: fc.Arbitrary<Server> = fc.record(
  {
    id,
    ports: fc.dictionary(fc.stringMatching(/^[a-z0-9_]{1,8}$/), address, {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    }),
    weight: fc.double({ min: 0, max: 1e9, noNaN: true }).map((weight) => Math.abs(weight)),
    state: fc.constantFrom('active' as const, 'draining' as const),
    capacity: fc.record({ connections: fc.integer({ min: 1 }) }),
  },
  { requiredKeys: ['id', 'ports', 'weight', 'state'] },
);

/** Written and read, key and value, it is the same. */
function expectRoundTrip<T>(kind: Kind<T>, itsId: string, value: T): void {
  expect(kind.keyOf(itsId).startsWith(kind.prefix)).toBe(true);
  expect(kind.idOf(kind.keyOf(itsId))).toBe(itsId);
  expect(kind.decode(itsId, kind.encode(value))).toEqual({ value });
}

describe('servers', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(server, (value) => expectRoundTrip(servers, value.id, value)));
  });

  it('are active and weigh 1 unless told otherwise', () => {
    const bytes = Buffer.from('{"id":"a","ports":{"mqtt":{"host":"::1","port":1883}}}');
    expect(servers.decode('a', bytes)).toMatchObject({ value: { weight: 1, state: 'active' } });
  });

  const GOOD = { id: 'a', ports: { mqtt: { host: '10.0.0.1', port: 1883 } } };
  it.each<[string, unknown, string]>([
    ['no JSON', undefined, 'not JSON'],
    ['another shape', [], 'expected object'],
    ['another id than its key', { ...GOOD, id: 'b' }, 'its key says otherwise'],
    ['an id with a slash', { ...GOOD, id: 'a/b' }, 'id: must be'],
    ['no port', { ...GOOD, ports: {} }, 'ports: must have at least one port'],
    ['a port beyond 65535', { ...GOOD, ports: { mqtt: { host: 'h', port: 65536 } } }, 'ports.mqtt.port'],
    ['a negative weight', { ...GOOD, weight: -1 }, 'weight'],
    ['an unknown state', { ...GOOD, state: 'gone' }, 'state'],
  ])('are refused with %s', (_, json, why) => {
    const decoded = servers.decode('a', Buffer.from(JSON.stringify(json) ?? 'x'));
    expect('why' in decoded && decoded.why).toContain(why);
  });

  it('are never written as what would not be read', () => {
    expect(() => servers.encode({ ...GOOD, weight: -1, state: 'active' })).toThrow();
  });

  it('do not have just any key below servers/', () => {
    expect(servers.idOf('servers/')).toBeUndefined();
    expect(servers.idOf('servers/a/b')).toBeUndefined();
    expect(servers.idOf('pins/a')).toBeUndefined();
  });
});

describe('pins', () => {
  it('are read as they were written, whatever the organization is called', () => {
    const property = (name: string, to: string): void =>
      expectRoundTrip(pins, name, { organization: name, server: to });
    fc.assert(fc.property(organization, id, property));
    expectRoundTrip(pins, 'a/b', { organization: 'a/b', server: 's' });
    expectRoundTrip(pins, '..', { organization: '..', server: 's' });
  });

  it('have one key for each organization, without a slash in it', () => {
    const property = (a: string, b: string): void => {
      expect(pins.keyOf(a).slice('pins/'.length)).not.toContain('/');
      expect(pins.keyOf(a) === pins.keyOf(b)).toBe(a === b);
    };
    fc.assert(fc.property(organization, organization, property));
  });

  it.each(['pins/', 'pins/%', 'pins/%61', 'pins/a%2fb', 'pins/%FF', `pins/${'a'.repeat(257)}`])(
    'do not have the key %s',
    (key) => expect(pins.idOf(key)).toBeUndefined(),
  );

  it.each(['', '\ud800', 'ä'.repeat(129)])('are not for the organization %j', (name) => {
    expect(() => pins.encode({ organization: name, server: 's' })).toThrow();
  });
});

describe('settings', () => {
  it('have a default for everything', () => {
    expect(settings.decode('', Buffer.from('{}'))).toEqual({ value: DEFAULT_SETTINGS });
    expectRoundTrip(settings, '', { ...DEFAULT_SETTINGS, reportIntervalMs: 250 });
  });

  it('are one key', () => {
    expect(settings.idOf('settings')).toBe('');
    expect(settings.idOf('settings2')).toBeUndefined();
  });

  it('are refused beyond their bounds', () => {
    const decoded = settings.decode('', Buffer.from('{"reportIntervalMs":1}'));
    expect('why' in decoded && decoded.why).toContain('reportIntervalMs');
  });
});

describe('what lives under a lease', () => {
  it('is read as it was written', () => {
    const at = { host: '127.0.0.1', port: 1 };
    expectRoundTrip(agents, 's', {
      server: 's',
      instance: 'i',
      measuredAtMs: 1,
      load: { cpu: { used: 0.5, limit: 2 } },
    });
    expectRoundTrip(replicas, 'r', { id: 'r', xds: at, admin: at, startedAtMs: 1 });
    const applied = { epoch: '18446744073709551615', version: '0' };
    expectRoundTrip(proxies, 'p', { id: 'p', replica: 'r', connectedAtMs: 1, applied });
  });

  it.each(['18446744073709551616', '01', '-1', '1.5', ''])('has no version %j', (version) => {
    const value = { id: 'p', replica: 'r', connectedAtMs: 1, applied: { epoch: '1', version } };
    expect(() => proxies.encode(value)).toThrow();
  });
});
