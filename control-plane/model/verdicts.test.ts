import { expect, it } from 'vitest';
import { NO_VERDICTS, verdicts, views, type ServerVerdict, type View } from './index.ts';

const MOST_BYTES = 1024 * 1024;
const NOW = 1_700_000_000_000;
const numbered = (count: number, name: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => name(i));

function view(servers: string[], clusters: string[], healthy = true): View {
  const ports = Object.fromEntries(clusters.map((cluster) => [cluster, 'HEALTHY'] as const));
  const seen = { healthy, sinceMs: NOW, ports };
  const all = Object.fromEntries(servers.map((id) => [id, seen]));
  return { proxy: 'p', replica: 'r', run: '1', sinceMs: NOW, servers: all };
}

it('a view of 2,000 servers is stored whole, and read as it was written', () => {
  const value = view(
    numbered(2_000, (n) => `server-${n}`),
    ['servers_mqtt', 'servers_websocket'],
  );
  const bytes = views.encode(value);
  expect(bytes.length).toBeLessThan(MOST_BYTES);
  expect(views.decode('p', bytes)).toEqual({ value });
  expect(views.decode('q', bytes)).toMatchObject({
    why: expect.stringContaining('its key says otherwise') as string,
  });
});

it('what would be too large is stored without the ports: first those of healthy servers, then all', () => {
  const long = numbered(5_000, (n) => `${n}-`.padEnd(128, 'x'));
  const clusters = numbered(4, (n) => `servers_kind_${n}`);
  const value = view(long, clusters);
  const [first] = long;
  const one = { healthy: false, sinceMs: NOW, ports: { servers_mqtt: 'TIMEOUT' } } as const;
  const short = views.encode({ ...value, servers: { ...value.servers, [first!]: one } });
  expect(short.length).toBeLessThan(MOST_BYTES);
  const decoded = views.decode('p', short);
  if ('why' in decoded) throw new Error(decoded.why);
  expect(decoded.value.servers[first!]).toEqual(one);
  expect(decoded.value.servers[long[1]!]).toEqual({ healthy: true, sinceMs: NOW, ports: {} });
  expect(views.encode(view(long, clusters, false)).length).toBeLessThan(MOST_BYTES);
});

function verdict(proxies: string[]): ServerVerdict {
  const deaths = Array.from({ length: 16 }, (_, i) => NOW + i);
  const why = 'x'.repeat(100);
  return { state: 'dead', sinceMs: NOW, deaths, why, sayDead: proxies, cannotSay: proxies };
}

it('verdicts are read as they were written, with the first proxies that say so', () => {
  const proxies = numbered(50, (n) => `proxy-${n}`);
  const value = { ...NO_VERDICTS, servers: { a: verdict(proxies) }, proxies };
  const first = proxies.slice(0, 10);
  expect(verdicts.decode('', verdicts.encode(value))).toEqual({
    value: { ...value, servers: { a: { ...value.servers.a, sayDead: first, cannotSay: first } } },
  });
  expect(verdicts.decode('', Buffer.from('{}'))).toMatchObject({ why: expect.any(String) as string });
});

it('verdicts on 2,000 dead servers fit into what etcd takes, in names or without them', () => {
  const ids = numbered(2_000, (n) => `server-${n}`);
  for (const proxies of [numbered(50, (n) => `proxy-${n}`), numbered(50, (n) => `${n}-`.padEnd(128, 'x'))]) {
    const servers = Object.fromEntries(ids.map((id) => [id, verdict(proxies)]));
    expect(verdicts.encode({ ...NO_VERDICTS, servers }).length).toBeLessThan(MOST_BYTES);
  }
});

it('verdicts name the first proxies that do not reach a server, and may have been stored before there was that', () => {
  const proxies = numbered(50, (n) => `proxy-${n}`);
  const a = { ...verdict([]), avoided: { sinceMs: NOW, untilMs: NOW + 1, proxies } };
  const b = verdict([]);
  expect(verdicts.decode('', verdicts.encode({ ...NO_VERDICTS, servers: { a, b } }))).toEqual({
    value: {
      ...NO_VERDICTS,
      servers: { a: { ...a, avoided: { ...a.avoided, proxies: proxies.slice(0, 10) } }, b },
    },
  });
});
