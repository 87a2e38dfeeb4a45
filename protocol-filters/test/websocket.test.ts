import { describe, expect, it } from 'vitest';
import { hashKey, slotOf } from '../../control-plane/placement/slot.ts';
import type { Pairs } from '../host/index.ts';
import type { OrganizationSource } from '../wire/index.ts';
import { Product, SERVERS, UPGRADE } from './product.ts';

const PATH: OrganizationSource = { field: 'HTTP_PATH_SEGMENT', segment: 1 };
const QUERY: OrganizationSource = { field: 'HTTP_QUERY_PARAMETER', name: 'org' };
const HEADER: OrganizationSource = { field: 'HTTP_HEADER', name: 'X-Organization' };

/** What becomes of an upgrade request: the hash key's organization cannot be seen, so it is compared with `expected`. */
function outcome(sources: OrganizationSource[], path: string, headers: Pairs, expected: string): string {
  const product = new Product({ websocketSources: sources });
  const stream = product.request(path, headers);
  if (stream.localResponse) {
    expect(Object.values(product.refusals())).toEqual([1]);
    return `${stream.localResponse.status} ${stream.localResponse.body.toString()}`;
  }
  const server = SERVERS[slotOf(expected) % SERVERS.length] ?? '';
  expect(stream.requestHeaders.get('x-cohort-cluster')).toBe('servers_websocket');
  expect(stream.filterState.get('envoy.hashable_string')?.value.toString()).toBe(hashKey(expected, server));
  return 'routed';
}

describe('the organization of an upgrade request', () => {
  it.each<[string, OrganizationSource, string, string]>([
    ['a path segment', PATH, '/devices/acme/7', 'acme'],
    ['the last segment', PATH, '/devices/acme', 'acme'],
    ['before a query', PATH, '/devices/acme?x=/y', 'acme'],
    ['percent-decoded', PATH, '/devices/a%63me%2F%E6%A0%AA/7', 'acme/株'],
    ['a % that is none', PATH, '/devices/100%25%zz%4', '100%%zz%4'],
    ['a query parameter', QUERY, '/x?a=b&org=acme&org=b', 'acme'],
    ['a decoded parameter', QUERY, '/x?org=a%26b+c', 'a&b+c'],
    ['only the whole name counts', QUERY, '/x?organization=b&xorg=c&org=acme', 'acme'],
  ])('%s', (_, source, path, organization) => {
    expect(outcome([source], path, UPGRADE, organization)).toBe('routed');
  });

  it('a header, by its name in any case', () => {
    const headers: Pairs = [...UPGRADE, ['x-organization', 'acme']];
    expect(outcome([HEADER], '/', headers, 'acme')).toBe('routed');
  });

  it('the first source that answers', () => {
    expect(outcome([HEADER, QUERY, PATH], '/devices/acme', UPGRADE, 'acme')).toBe('routed');
    expect(outcome([HEADER, QUERY, PATH], '/devices/acme?org=b', UPGRADE, 'b')).toBe('routed');
  });
});

describe('what is answered 400, and reaches no server', () => {
  const plain: Pairs = [['accept', '*/*']];
  it.each<[string, string, OrganizationSource, string, Pairs]>([
    ['no upgrade', 'not_protocol', PATH, '/devices/acme', plain],
    ['another upgrade', 'not_protocol', PATH, '/devices/acme', [['upgrade', 'h2c']]],
    ['another method', 'not_protocol', PATH, '/devices/acme', [...UPGRADE, [':method', 'POST']]],
    ['a short path', 'organization_missing', PATH, '/devices', UPGRADE],
    ['a path that ends before it', 'organization_missing', PATH, '/devices/', UPGRADE],
    ['an empty segment', 'organization_empty', PATH, '/devices//7', UPGRADE],
    ['no such parameter', 'organization_missing', QUERY, '/x?a=b', UPGRADE],
    ['an empty parameter', 'organization_empty', QUERY, '/x?org=&a=b', UPGRADE],
    ['a parameter without value', 'organization_empty', QUERY, '/x?org', UPGRADE],
    ['no such header', 'organization_missing', HEADER, '/', UPGRADE],
    ['an empty header', 'organization_empty', HEADER, '/', [...UPGRADE, ['x-organization', '']]],
    ['257 bytes', 'organization_too_long', PATH, `/devices/${'x'.repeat(257)}`, UPGRADE],
    ['not UTF-8', 'organization_not_text', PATH, '/devices/%ff', UPGRADE],
    ['U+0000', 'organization_not_text', PATH, '/devices/a%00b', UPGRADE],
  ])('%s: %s', (_, reason, source, path, headers) => {
    expect(outcome([source], path, headers, '')).toBe(`400 cohort: ${reason}`);
  });
});
