import { describe, expect, it } from 'vitest';
import { encodeListener, encodeOrganizations } from '../wire/index.ts';
import { organizationsMessage } from '../wire/organizations.ts';
import { connectPacket, Product } from './product.ts';

const MANY = Array.from({ length: 5000 }, (_, i) => `organization ${i}`);

/** 'admitted', or why an MQTT device of this organization was refused. */
function outcome(product: Product, organization: string): string {
  const before = product.refusals();
  const stream = product.connect();
  stream.send(connectPacket({ username: organization }));
  if (stream.open) return 'admitted';
  const after = Object.entries(product.refusals());
  return after.find(([reason, count]) => count !== (before[reason] ?? 0))?.[0] ?? 'closed';
}

const known = (product: Product, ...organizations: string[]): boolean =>
  product.configure('organizations', encodeOrganizations(organizations));

describe('a listener that admits only organizations that exist', () => {
  it('refuses all others, and all before it knows any', () => {
    const product = new Product({ listener: { knownOnly: true } });
    expect(outcome(product, 'acme')).toBe('no_assignment');
    expect(known(product, 'acme', 'Zürich 組織', 'x'.repeat(256))).toBe(true);
    for (const one of ['acme', 'Zürich 組織', 'x'.repeat(256)])
      expect(outcome(product, one)).toBe('admitted');
    for (const one of ['Acme', 'acm', 'acme ', 'x'.repeat(255)]) {
      expect(outcome(product, one)).toBe('organization_unknown');
    }
  });

  it('follows the list, an empty one included', () => {
    const product = new Product({ listener: { knownOnly: true } });
    known(product, ...MANY);
    for (const one of MANY) expect(outcome(product, one)).toBe('admitted');
    known(product, 'acme');
    expect(outcome(product, MANY[0]!)).toBe('organization_unknown');
    known(product);
    expect(outcome(product, 'acme')).toBe('organization_unknown');
  });

  it('answers an upgrade request 403', () => {
    const product = new Product({ listener: { knownOnly: true } });
    known(product, 'acme');
    expect(product.request('/acme').localResponse).toBeUndefined();
    expect(product.request('/globex').localResponse).toMatchObject({ status: 403 });
  });

  it('is asked by a fresh VM, which takes the list from shared data', () => {
    const product = new Product({ listener: { knownOnly: true } });
    known(product, 'acme');
    const listener = { name: 'mqtt', protocol: 'MQTT', cluster: 'servers_mqtt', knownOnly: true } as const;
    const configuration = encodeListener({ ...listener, sources: [{ field: 'MQTT_USER_NAME' }] });
    expect(product.configure('mqtt', configuration, 'another generation')).toBe(true);
    expect(outcome(product, 'acme')).toBe('admitted');
    expect(outcome(product, 'globex')).toBe('organization_unknown');
    // And follows what reaches the other VM only.
    known(product, 'globex');
    product.host.environment.clock.advance(250);
    expect(outcome(product, 'globex')).toBe('admitted');
    expect(outcome(product, 'acme')).toBe('organization_unknown');
  });
});

it('any other listener does not ask', () => {
  const product = new Product();
  known(product, 'acme');
  expect(outcome(product, 'globex')).toBe('admitted');
});

describe('a list that is malformed is refused, and the old one stays', () => {
  const list = organizationsMessage(['a', 'b', 'c']).hashes;
  const message = (hashes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0x1a, hashes.length + 2, 0x12, hashes.length]), hashes]);

  it.each<[string, Buffer]>([
    ['cut', message(list.subarray(0, 20))],
    ['not in order', message(Buffer.concat([list.subarray(8), list.subarray(0, 8)]))],
    ['a hash twice', message(Buffer.concat([list.subarray(0, 8), list]))],
    ['no message', Buffer.from([0x1a, 1, 0x12])],
  ])('%s', (_, bytes) => {
    const product = new Product({ listener: { knownOnly: true } });
    known(product, 'acme');
    expect(product.configure('organizations', bytes)).toBe(false);
    expect(outcome(product, 'acme')).toBe('admitted');
  });
});

it('the list is the same for the same organizations in any order, and its seed another for others', () => {
  expect(encodeOrganizations(['a', 'b', 'a'])).toEqual(encodeOrganizations(['b', 'a']));
  expect(organizationsMessage(['a', 'b']).seed).not.toBe(organizationsMessage(['a', 'c']).seed);
  expect(organizationsMessage(MANY).hashes.length).toBe(8 * MANY.length);
});
