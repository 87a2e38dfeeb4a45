import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../protocol-filters/wire/index.ts';
import { slotOf } from '../placement/slot.ts';
import type { Batch, ProxyFacts } from './facts.ts';
import { FleetView } from './fleet-view.ts';
import { GAP_MS } from './vm.ts';

/** `acme@a 3`: three connections of acme on server a; `(acme)@a 3`: pinned. Slots follow, and count unnamed ones, too. */
interface Counts {
  readonly named?: readonly string[];
  readonly unnamed?: readonly string[];
}

function parse(text: string): { organization: string; server: string; connections: number; pinned: boolean } {
  const [, who = '', server = '', count = ''] = /^(.*)@(\S+) (\d+)$/.exec(text) ?? [];
  const pinned = who.startsWith('(');
  return { organization: pinned ? who.slice(1, -1) : who, server, connections: Number(count), pinned };
}

function report(more: Partial<Report> & Counts = {}): Report {
  const named = (more.named ?? []).map(parse);
  const slots = new Map<string, Report['slots'][number]>();
  for (const { organization, server, pinned, connections } of [
    ...named,
    ...(more.unnamed ?? []).map(parse),
  ]) {
    const slot = slotOf(organization);
    const key = `${slot} ${server} ${pinned}`;
    slots.set(key, { slot, server, pinned, connections: (slots.get(key)?.connections ?? 0) + connections });
  }
  return {
    node: 'p1',
    vm: 1,
    vmStart: 100n,
    sequence: 1n,
    epoch: 1n,
    version: 1n,
    full: true,
    organizationsLeftOut: (more.unnamed ?? []).length,
    drained: [],
    slots: [...slots.values()],
    organizations: named.map((seat) => ({ ...seat, received: 0n, sent: 0n, messages: 0n })),
    ...more,
  };
}

const facts = (node: string, more: Partial<ProxyFacts> = {}): ProxyFacts => ({
  node,
  workers: 1,
  version: '1.40.0',
  connectedForMs: 5,
  refused: [],
  late: [],
  ...more,
});

const batch = (more: Partial<Batch> = {}): Batch => ({
  replica: 'r1',
  run: 'x',
  everything: true,
  proxies: undefined,
  viewers: undefined,
  views: [],
  reports: [],
  ...more,
});
const reports = (...list: Report[]): Pick<Batch, 'reports'> => ({
  reports: list.map((one) => ({ report: one, agoMs: 0 })),
});

/** A view that has taken in these reports, at 0. */
function viewOf(...list: Report[]): FleetView {
  const view = new FleetView();
  view.take(batch({ proxies: [facts('p1'), facts('p2')], viewers: [], ...reports(...list) }), 0);
  return view;
}
const seats = (view: FleetView, id: string): string[] =>
  (view.organization(id, 0)?.seats ?? []).map(({ server, connections, proxies }) => {
    const by = proxies.map(({ proxy, connections: n }) => `${proxy} ${n}`).join(', ');
    return `${server} ${connections} (${by})`;
  });

describe('where devices sit', () => {
  it('is the sum over VMs and proxies, by server and proxy', () => {
    const view = viewOf(
      report({ named: ['acme@a 3', 'beta@b 1'] }),
      report({ vm: 2, named: ['acme@a 2'] }),
      report({ node: 'p2', named: ['acme@a 4'] }),
    );
    expect(seats(view, 'acme')).toEqual(['a 9 (p1 5, p2 4)']);
    expect(view.organization('acme', 0)).toMatchObject({ slot: slotOf('acme'), connections: 9 });
    expect(
      [...view.servers(0)].map(([id, { connections, organizations }]) => [id, connections, organizations]),
    ).toEqual([
      ['a', 9, 1],
      ['b', 1, 1],
    ]);
    expect(view.organization('nobody', 0)).toBeUndefined();
    expect(view.listProxies(0).map(({ id, connections, vms }) => [id, connections, vms])).toEqual([
      ['p1', 6, 2],
      ['p2', 4, 1],
    ]);
  });

  it('a full report replaces, one of changes changes, nobody left means gone', () => {
    const view = viewOf(
      report({ named: ['acme@a 3', 'beta@b 1'] }),
      report({ sequence: 2n, full: false, named: ['acme@a 5'] }),
    );
    expect(seats(view, 'acme')).toEqual(['a 5 (p1 5)']);
    expect(seats(view, 'beta')).toEqual(['b 1 (p1 1)']);
    view.take(
      batch({
        everything: false,
        ...reports(report({ sequence: 3n, full: false, named: ['acme@a 0', 'beta@b 2'] })),
      }),
      1,
    );
    expect(view.organization('acme', 1)).toBeUndefined();
    view.take(batch({ everything: false, ...reports(report({ sequence: 4n, named: ['acme@b 1'] })) }), 1);
    expect(seats(view, 'acme')).toEqual(['b 1 (p1 1)']);
    expect(view.organization('beta', 1)).toBeUndefined();
    expect([...view.slotCounts()]).toEqual([
      { slot: slotOf('acme'), server: 'b', pinned: false, connections: 1, named: 1 },
    ]);
  });

  it('an organization on two servers is split, until it is whole again', () => {
    const view = viewOf(
      report({ named: ['acme@a 3'] }),
      report({ node: 'p2', named: ['acme@b 1', 'beta@b 1'] }),
    );
    expect(view.splitOrganizations(0).map(({ organization }) => organization)).toEqual(['acme']);
    expect(view.counts()).toMatchObject({ organizations: 2, splitOrganizations: 1, splitSlots: 0 });
    view.take(
      batch({
        everything: false,
        ...reports(report({ node: 'p2', sequence: 2n, named: ['acme@a 1', 'beta@b 1'] })),
      }),
      1,
    );
    expect(view.splitOrganizations(1)).toEqual([]);
  });

  it('of organizations that no report names, the slots tell whether one may be split', () => {
    const view = viewOf(report({ unnamed: ['acme@a 3'] }), report({ node: 'p2', unnamed: ['acme@b 2'] }));
    expect(view.splitSlots()).toEqual([
      {
        slot: slotOf('acme'),
        servers: [
          { server: 'a', connections: 3, unnamed: 3 },
          { server: 'b', connections: 2, unnamed: 2 },
        ],
      },
    ]);
    expect(view.counts()).toMatchObject({ splitOrganizations: 0, splitSlots: 1, leftOut: 2 });
  });

  it('a pinned organization is apart from its slot', () => {
    const view = viewOf(report({ named: ['(acme)@b 3'], unnamed: ['acme@a 1'] }));
    expect(view.splitSlots()).toEqual([]);
    expect(
      [...view.slotCounts()].map(({ server, pinned, connections }) => [server, pinned, connections]),
    ).toEqual([
      ['b', true, 3],
      ['a', false, 1],
    ]);
    expect(viewOf(report({ named: ['(acme)@b 3', 'acme@b 2'] })).organization('acme', 0)?.connections).toBe(
      5,
    );
  });

  it('rates follow what is added between two reports, not what was counted before', () => {
    const seat = (received: bigint): Report['organizations'] => [
      { organization: 'acme', server: 'a', pinned: false, connections: 1, received, sent: 0n, messages: 0n },
    ];
    const view = viewOf(report({ named: ['acme@a 1'], organizations: seat(1_000_000n) }));
    const rate = (now: number): number => view.organization('acme', now)!.seats[0]!.traffic.received;
    expect(rate(0)).toBe(0);
    for (let second = 1; second <= 60; second++) {
      const next = report({
        sequence: BigInt(1 + second),
        full: false,
        slots: [],
        organizations: seat(1_000_000n + 500n * BigInt(second)),
      });
      view.take(batch({ everything: false, ...reports(next) }), second * 1_000);
    }
    expect(rate(60_000)).toBeGreaterThan(400);
    expect(rate(60_000)).toBeLessThan(600);
    expect(view.servers(60_000).get('a')?.traffic.received).toBeCloseTo(rate(60_000), 6);
  });
});

describe('reports that come otherwise than they were sent', () => {
  const change = (sequence: bigint, ...named: string[]): Report => report({ sequence, full: false, named });

  it('in another order: each waits for those before it', () => {
    const view = viewOf(
      report({ named: ['acme@a 1'] }),
      change(3n, 'acme@a 3'),
      change(2n, 'acme@a 2', 'beta@a 2'),
    );
    expect(seats(view, 'acme')).toEqual(['a 3 (p1 3)']);
    expect(seats(view, 'beta')).toEqual(['a 2 (p1 2)']);
  });

  it('twice: once is enough', () => {
    const view = viewOf(
      report({ named: ['acme@a 1'] }),
      change(2n, 'acme@a 2'),
      report({ named: ['acme@a 1'] }),
      change(2n, 'acme@a 9'),
    );
    expect(seats(view, 'acme')).toEqual(['a 2 (p1 2)']);
  });

  it('with one missing: after two seconds it goes on without, and the next full one heals', () => {
    const view = viewOf(report({ named: ['acme@a 1'] }), change(3n, 'acme@a 3'));
    expect(seats(view, 'acme')).toEqual(['a 1 (p1 1)']);
    view.expire(GAP_MS - 1);
    expect(seats(view, 'acme')).toEqual(['a 1 (p1 1)']);
    view.expire(GAP_MS);
    expect(seats(view, 'acme')).toEqual(['a 3 (p1 3)']);
    view.take(batch({ everything: false, ...reports(change(2n, 'beta@a 7')) }), GAP_MS);
    expect(view.organization('beta', 0)).toBeUndefined();
    view.take(
      batch({ everything: false, ...reports(report({ sequence: 4n, named: ['beta@a 7'] })) }),
      GAP_MS,
    );
    expect(seats(view, 'acme')).toEqual([]);
  });

  it('a full one overtakes what waits', () => {
    const view = viewOf(
      report({ named: ['acme@a 1'] }),
      change(3n, 'acme@a 3'),
      report({ sequence: 5n, named: ['beta@a 5'] }),
      change(6n, 'beta@a 6'),
    );
    expect(seats(view, 'beta')).toEqual(['a 6 (p1 6)']);
    expect(view.organization('acme', 0)).toBeUndefined();
  });

  it('changes of a VM that nobody knows wait for its full report', () => {
    const view = viewOf(change(8n, 'acme@a 8'), report({ sequence: 7n, named: ['acme@a 7', 'beta@a 1'] }));
    expect(seats(view, 'acme')).toEqual(['a 8 (p1 8)']);
    expect(seats(view, 'beta')).toEqual(['a 1 (p1 1)']);
  });

  it('the assignment that a report names counts at once, whatever its counts wait for', () => {
    const view = viewOf(
      report(),
      report({ vm: 2 }),
      report({ sequence: 9n, full: false, version: 2n }),
      report({ vm: 2, sequence: 9n, full: false, version: 2n }),
    );
    expect(view.proxy('p1', 0)?.applied).toEqual({ epoch: 1n, version: 2n });
  });
});

describe('what comes and goes', () => {
  it('a VM that is not heard for 90 s is gone, its connections with it', () => {
    const view = viewOf(report({ named: ['acme@a 1'] }), report({ vm: 2, named: ['acme@a 2'] }));
    for (let now = 1_000; now <= 89_000; now += 1_000) {
      view.take(
        batch({
          everything: false,
          ...reports(report({ vm: 2, sequence: BigInt(now), named: ['acme@a 2'] })),
        }),
        now,
      );
      view.expire(now);
    }
    expect(seats(view, 'acme')).toEqual(['a 3 (p1 3)']);
    view.take(batch({ everything: false }), 90_000);
    view.expire(90_000);
    expect(seats(view, 'acme')).toEqual(['a 2 (p1 2)']);
  });

  it('a proxy that no replica has for 10 s has left, with all that is known of it', () => {
    const view = viewOf(report({ named: ['acme@a 1'] }));
    expect(view.expire(5_000).left).toEqual([]);
    view.take(batch({ everything: false, proxies: [facts('p2')] }), 6_000);
    view.take(batch({ everything: false }), 14_000);
    expect(view.expire(14_999).left).toEqual([]);
    expect(view.expire(15_000).left).toEqual(['p1']);
    expect(view.organization('acme', 15_000)).toBeUndefined();
    expect(view.listProxies(15_000).map(({ id }) => id)).toEqual(['p2']);
  });

  it('a proxy that went to another replica stays', () => {
    const view = viewOf(report({ named: ['acme@a 1'] }));
    view.take(batch({ replica: 'r2', proxies: [facts('p1')], viewers: [] }), 1_000);
    view.take(batch({ everything: false, proxies: [] }), 2_000);
    for (let now = 3_000; now < 30_000; now += 1_000) {
      view.take(batch({ replica: 'r2', everything: false }), now);
      expect(view.expire(now).left).not.toContain('p1');
    }
    expect(view.proxy('p1', 30_000)?.replicas).toEqual(['r2']);
  });

  it('a proxy that was restarted counts anew: VMs of its life before go', () => {
    const view = viewOf(
      report({ named: ['acme@a 1'] }),
      report({ vm: 2, named: ['acme@a 2'] }),
      report({ vm: 5, vmStart: 150n, named: ['acme@a 5'] }),
    );
    view.take(batch({ everything: false, ...reports(report({ vmStart: 200n, named: ['acme@b 1'] })) }), 1);
    expect(seats(view, 'acme')).toEqual(['b 1 (p1 1)']);
  });

  it('a worker whose VM was replaced is no restart', () => {
    const view = viewOf(report({ named: ['acme@a 1'] }), report({ vm: 2, named: ['acme@a 2'] }));
    view.take(
      batch({ everything: false, ...reports(report({ vm: 3, vmStart: 200n, named: ['acme@a 1'] })) }),
      1,
    );
    expect(view.proxy('p1', 1)).toMatchObject({ vms: 3, connections: 4 });
  });

  it('a replica that this view does not know must send everything; what it says before is not taken', () => {
    const view = new FleetView();
    const some = batch({
      everything: false,
      proxies: [facts('p1')],
      ...reports(report({ named: ['acme@a 1'] })),
    });
    expect(view.take(some, 0).sendEverything).toBe(true);
    expect(view.listProxies(0)).toEqual([]);
    expect(view.take({ ...some, everything: true }, 0).sendEverything).toBe(false);
    expect(view.take(some, 0).sendEverything).toBe(false);
    expect(view.take({ ...some, run: 'y' }, 0).sendEverything).toBe(true);
    expect([...view.fleet(0).heardReplicas]).toEqual(['r1']);
    view.expire(10_000);
    expect([...view.fleet(10_000).heardReplicas]).toEqual([]);
  });
});

describe('for the leader', () => {
  it('a proxy has applied what all its VMs have; unknown while some, or how many they are, are', () => {
    const view = viewOf(report({ version: 3n }));
    expect(view.proxy('p1', 0)).toMatchObject({ applied: undefined, highest: { epoch: 1n, version: 3n } });
    view.take(batch({ everything: false, ...reports(report({ vm: 2, version: 2n })) }), 1);
    expect(view.proxy('p1', 1)?.applied).toEqual({ epoch: 1n, version: 2n });
    view.take(batch({ everything: false, proxies: [facts('p1', { workers: undefined })] }), 2);
    expect(view.proxy('p1', 2)?.applied).toBeUndefined();
  });

  it('a VM without any assignment: none is applied', () => {
    const view = viewOf(report({ version: 3n }), report({ vm: 2, epoch: 0n, version: 0n }));
    expect(view.proxy('p1', 0)).toMatchObject({ applied: undefined, highest: { version: 3n } });
  });

  it('a server is healthy for a proxy that sees it so in every cluster; no view is no answer', () => {
    const view = viewOf();
    const see = (server: string, cluster: string, health: 'HEALTHY' | 'UNHEALTHY') => ({
      server,
      cluster,
      health,
      sinceAgoMs: 7,
    });
    const sightings = [
      see('a', 'mqtt', 'HEALTHY'),
      see('a', 'ws', 'HEALTHY'),
      see('b', 'mqtt', 'HEALTHY'),
      see('b', 'ws', 'UNHEALTHY'),
    ];
    expect(view.proxy('p1', 0)?.healthy).toBeUndefined();
    const { transitions } = view.take(
      batch({ everything: false, viewers: ['p1'], views: [{ node: 'p1', sightings }] }),
      100,
    );
    expect(transitions).toHaveLength(4);
    expect(view.proxy('p1', 0)?.healthy).toEqual(new Set(['a']));
    expect(view.sightings('b').map(({ node, health, since }) => [node, health, since])).toEqual([
      ['p1', 'HEALTHY', 93],
      ['p1', 'UNHEALTHY', 93],
    ]);
    expect(view.take(batch({ everything: false, viewers: [] }), 200).transitions).toHaveLength(4);
    expect(view.proxy('p1', 0)?.healthy).toBeUndefined();
  });

  it('a view that went to another replica stays when the first lets go of it', () => {
    const view = viewOf();
    const views = [
      {
        node: 'p1',
        sightings: [{ server: 'a', cluster: 'mqtt', health: 'HEALTHY' as const, sinceAgoMs: 0 }],
      },
    ];
    view.take(batch({ everything: false, viewers: ['p1'], views }), 0);
    view.take(batch({ replica: 'r2', proxies: [], viewers: ['p1'], views }), 1);
    view.take(batch({ everything: false, viewers: [] }), 2);
    expect(view.view('p1')).toHaveLength(1);
  });
});

it('the sums are those of the last reports, whatever came and went before', () => {
  const vmKey = fc.record({ node: fc.constantFrom('p1', 'p2'), vm: fc.constantFrom(1, 2) });
  const seat = fc
    .tuple(
      fc.constantFrom('acme', 'beta', 'gamma'),
      fc.constantFrom('a', 'b'),
      fc.integer({ min: 0, max: 4 }),
      fc.boolean(),
    )
    .map(([who, server, n, pinned]) => `${pinned ? `(${who})` : who}@${server} ${n}`);
  const step = fc.record({
    key: vmKey,
    full: fc.boolean(),
    named: fc.uniqueArray(seat, { maxLength: 4, selector: (text) => text.slice(0, -2) }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (list) => {
      const view = viewOf();
      const sequence = new Map<string, bigint>();
      const model = new Map<string, Map<string, number>>();
      for (const { key, full, named } of list) {
        const id = `${key.node} ${key.vm}`;
        const isFirst = !sequence.has(id);
        sequence.set(id, (sequence.get(id) ?? 0n) + 1n);
        const isFull = full || isFirst;
        const present = isFull ? named.filter((text) => !text.endsWith(' 0')) : named;
        // In a report of changes, a slot's count is the whole slot's: here each organization has a slot of its own.
        view.take(
          batch({
            everything: false,
            ...reports(report({ ...key, full: isFull, sequence: sequence.get(id)!, named: present })),
          }),
          0,
        );
        if (isFull) model.set(id, new Map());
        for (const text of present) model.get(id)!.set(text.slice(0, -2), Number(text.slice(-1)));
      }
      const sums = new Map<string, number>();
      for (const of of model.values()) {
        for (const [place, n] of of) {
          const plain = place.replace(/[()]/g, '');
          sums.set(plain, (sums.get(plain) ?? 0) + n);
        }
      }
      const expected = [...sums].filter(([, n]) => n > 0).sort();
      const actual = [...view.organizations(0)]
        .flatMap(({ organization, seats: list2 }) =>
          list2.map(({ server, connections }): [string, number] => [
            `${organization}@${server}`,
            connections,
          ]),
        )
        .sort();
      expect(actual).toEqual(expected);
      const servers = new Map<string, number>();
      for (const [place, n] of expected)
        servers.set(place.split('@')[1]!, (servers.get(place.split('@')[1]!) ?? 0) + n);
      expect([...view.servers(0)].map(([id, { connections }]) => [id, connections]).sort()).toEqual(
        [...servers].sort(),
      );
      const split = new Set(
        expected.map(([place]) => place.split('@')[0]).filter((who, i, all) => all.indexOf(who) !== i),
      );
      expect(new Set(view.splitOrganizations(0).map(({ organization }) => organization))).toEqual(split);
      view.expire(1_000_000);
      expect([[...view.slotCounts()], [...view.servers(0)], [...view.organizations(0)]]).toEqual([
        [],
        [],
        [],
      ]);
    }),
    { numRuns: 300 },
  );
});
