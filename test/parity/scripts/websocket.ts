/** WebSocket: what names the organization, what is answered, and what passes afterwards. */
import { NAME, OTHER_NAME } from '../../../protocol-filters/fuzz/listeners.ts';
import { device, server, type Script } from '../script.ts';
import { NO_SERVER_ORGANIZATION } from './refusals.ts';

const agree = { respond: 101 };
const HELLO = Buffer.from([0x81, 5, ...Buffer.from('hello')]);
const MASKED = Buffer.from([0x81, 0x85, 0, 0, 0, 0, ...Buffer.from('hello')]);
const CLOSE = Buffer.from([0x88, 2, 3, 0xe8]);

function byHeader(...values: string[]): Pick<Script, 'listener' | 'request'> {
  return {
    listener: 'ws_header',
    request: { headers: values.map((value) => [`X-${NAME}`, value] as const) },
  };
}

function byPath(path: string): Pick<Script, 'listener' | 'request'> {
  return { listener: 'ws_path', request: { path } };
}

function byQuery(path: string): Pick<Script, 'listener' | 'request'> {
  return { listener: 'ws_query', request: { path } };
}

export const WEBSOCKET: readonly Script[] = [
  {
    name: 'organization in a header, bytes both ways',
    ...byHeader('acme'),
    steps: [agree, server(HELLO), device(MASKED), server(CLOSE)],
  },
  { name: 'the first of two headers', ...byHeader('acme', 'globex'), steps: [agree] },
  { name: 'an empty header', ...byHeader(''), steps: [] },
  { name: 'a header of 257 bytes', ...byHeader('x'.repeat(257)), steps: [] },
  { name: 'a header that is not UTF-8', ...byHeader('\xc3('), steps: [] },
  { name: 'a header in UTF-8', ...byHeader(Buffer.from('Wärme').toString('latin1')), steps: [agree] },
  { name: 'no such header', ...byHeader(), steps: [] },
  {
    name: 'organization in the path',
    ...byPath('/devices/acme/d1'),
    steps: [agree, device(MASKED), server(HELLO)],
  },
  { name: 'organization at the end of the path', ...byPath('/devices/globex'), steps: [agree] },
  {
    name: 'organization in the path, percent-encoded',
    ...byPath('/devices/W%C3%a4rme%2Fplus+x'),
    steps: [agree],
  },
  { name: 'a broken percent-encoding stays as it is', ...byPath('/devices/100%25%zz%4'), steps: [agree] },
  { name: 'an encoded NUL', ...byPath('/devices/a%00b'), steps: [] },
  { name: 'an empty segment', ...byPath('/devices//d1'), steps: [] },
  { name: 'a path that is too short', ...byPath('/devices/'), steps: [] },
  { name: 'a path and a query', ...byPath('/devices/acme?organization=globex'), steps: [agree] },
  {
    name: 'organization in the query',
    ...byQuery(`/socket?x=1&${NAME}=initech&${NAME}=other`),
    steps: [agree],
  },
  {
    name: 'organization in the query, percent-encoded',
    ...byQuery(`/?${NAME}=%E7%B5%84%E7%B9%94+`),
    steps: [agree],
  },
  { name: 'an empty parameter', ...byQuery(`/?${NAME}=`), steps: [] },
  { name: 'a parameter without a value', ...byQuery(`/?${NAME}`), steps: [] },
  { name: 'no such parameter', ...byQuery(`/?${NAME}s=x`), steps: [] },
  {
    name: 'sources in their order: the header before the path',
    listener: 'ws_all',
    request: { path: '/a/b/c/d', headers: [[`x-${NAME}`, 'header']] },
    steps: [agree],
  },
  {
    name: 'sources in their order: the encoded name of a parameter is another name',
    listener: 'ws_all',
    request: { path: `/first/b/c?${encodeURIComponent(OTHER_NAME)}=x` },
    steps: [agree],
  },
  { name: 'no upgrade', listener: 'ws_path', request: { path: '/devices/acme', upgrade: false }, steps: [] },
  {
    name: 'another method',
    listener: 'ws_path',
    request: { path: '/devices/acme', method: 'POST' },
    steps: [],
  },
  {
    name: 'upgrade in other letters',
    listener: 'ws_path',
    request: {
      path: '/devices/acme',
      upgrade: false,
      headers: [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'WebSocket'],
      ],
    },
    steps: [],
  },
  { name: 'a slot without a server, over WebSocket', ...byHeader(NO_SERVER_ORGANIZATION), steps: [] },
  {
    name: 'routing headers of the device have no effect',
    listener: 'ws_header',
    request: {
      headers: [
        [`x-${NAME}`, 'acme'],
        ['x-cohort-cluster', 'servers_mqtt'],
      ],
    },
    steps: [agree],
  },
  { name: 'the server says no', ...byHeader('acme'), steps: [{ respond: 403 }] },
  {
    name: 'bytes before the server agrees',
    ...byHeader('acme'),
    steps: [device(MASKED), agree, server(HELLO)],
  },
  {
    name: 'the server ends after the upgrade',
    ...byHeader('acme'),
    steps: [agree, server(HELLO), 'server fin'],
  },
  {
    name: 'the server resets after the upgrade',
    ...byHeader('acme'),
    steps: [agree, server(HELLO), 'server reset'],
  },
  {
    name: 'the device ends after the upgrade',
    ...byHeader('acme'),
    steps: [agree, device(MASKED), 'device fin'],
  },
  {
    name: 'the device resets after the upgrade',
    ...byHeader('acme'),
    steps: [agree, device(MASKED), 'device reset'],
  },
  { name: 'the device resets before the server agrees', ...byHeader('acme'), steps: ['device reset'] },
];
