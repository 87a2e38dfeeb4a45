import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quarantine, View } from '../model/index.ts';
import { server, stateOf } from '../state/testing.ts';
import { nextQuarantines, type PlanInput } from './quarantine-plan.ts';
import type { Suspicion } from './quarantine.ts';

const NOW = 1_700_000_000_000;

/** One server by a word: `a`, `a+5` (connections), `a~` suspect, `a#` avoided, `a!` dead, `a-` draining, `a0` without weight,
 * `a?` one of two proxies does not reach it, `a*` none has seen it. */
function world(servers: string, quarantines: Readonly<Record<string, string | null>> = {}): PlanInput {
  const all = servers.split(' ').map((word) => ({ id: word[0]!, marks: word.slice(1) }));
  const marked = (mark: string): Set<string> =>
    new Set(all.filter(({ marks }) => marks.includes(mark)).map(({ id }) => id));
  const views = ['p', 'q'].map((proxy): View => {
    const seen = all
      .filter(({ marks }) => !marks.includes('*'))
      .map(({ id, marks }) => {
        const healthy = !marks.includes('!') && !(proxy === 'q' && marks.includes('?'));
        return [id, { healthy, sinceMs: 1, ports: {} }] as const;
      });
    return { proxy, replica: 'r', run: '1', sinceMs: 1, servers: Object.fromEntries(seen) };
  });
  const state = stateOf({
    servers: all.map(({ id, marks }) =>
      server(id, {
        weight: marks.includes('0') ? 0 : 1,
        state: marks.includes('-') ? 'draining' : 'active',
      }),
    ),
    views,
    quarantines: Object.entries(quarantines).map(([organization, own], index): Quarantine => ({
      organization,
      server: own,
      sinceMs: index,
      deaths: [],
    })),
  });
  const connections = (id: string): number =>
    Number(/\+(\d+)/.exec(all.find((one) => one.id === id)!.marks)?.[1] ?? 0);
  const health = { dead: marked('!'), suspect: marked('~'), avoided: marked('#') };
  return { state, health, connections, suspicions: [], now: NOW };
}
const suspect = (organization: string): Suspicion => ({
  organization,
  deaths: [
    { server: 'y', atMs: 1_000, arrivedMs: 900 },
    { server: 'z', atMs: 2_000, arrivedMs: 1_100 },
  ],
});
const words = (input: PlanInput): string =>
  nextQuarantines(input)
    .map(({ quarantine: { organization, server: own } }) => `${organization} ${own}`)
    .join(', ');

describe('an organization under suspicion', () => {
  it.each<[string, string, string]>([
    ['gets the server with the fewest connections', 'a+9 b+2 c+5', 'x b'],
    ['gets one that has no slots anyway', 'a+9 b0+2 c', 'x c'],
    ['gets none that is suspect, avoided, dead or draining', 'a~ b# c! d- e+9 f+8', 'x f'],
    ['gets one that all proxies reach rather than one that some do', 'a? b+9 c+10', 'x b'],
    ['gets one that some proxies reach where there is no other', 'a?+1 b?', 'x b'],
    ['gets none that nobody has seen', 'a* b c+1', 'x b'],
    ['gets a spare one though the others have a single one', 'a b0', 'x b'],
    ['does not get the last server', 'a', 'x null'],
    ['does not get the last one that lives', 'a b! c! d-', 'x null'],
    ['does not get the last one that may have slots', 'a b0+9', 'x b'],
    ['does not get one while no other may have slots', 'a0 b0', 'x null'],
  ])('%s', (_, servers, expected) => {
    expect(words({ ...world(servers), suspicions: [suspect('x')] })).toBe(expected);
  });

  it('is named with what it is suspected of, once', () => {
    const { deaths } = suspect('x');
    const input = { ...world('a b'), suspicions: [suspect('x')] };
    const quarantine = { organization: 'x', server: 'a', sinceMs: NOW, deaths };
    expect(nextQuarantines(input)).toEqual([{ quarantine, before: undefined, expected: 0 }]);
    expect(words({ ...world('a b', { x: 'a' }), suspicions: [suspect('x')] })).toBe('');
    // What is stored of it is damaged, and there is no earlier value: that one is replaced.
    const damaged = new Map([['quarantines/x', { key: 'quarantines/x', revision: 77, why: 'not JSON' }]]);
    const [change] = nextQuarantines({ ...input, state: { ...input.state, invalid: damaged } });
    expect(change?.expected).toBe(77);
  });

  it('shares its server with no other', () => {
    const suspicions = [suspect('x'), suspect('y'), suspect('z')];
    const eight = 'a+1 b+2 c+3 d+4 e+5 f+6 g+7 h+8';
    expect(words({ ...world(eight), suspicions })).toBe('x a, y b, z null');
    expect(words({ ...world(eight, { w: 'a' }), suspicions: [suspect('x')] })).toBe('x b');
  });

  it('has no server of its own where all of them would have more than a quarter of the servers, or more than one', () => {
    const suspicions = [suspect('x'), suspect('y')];
    expect(words({ ...world('a+1 b+2 c+3'), suspicions })).toBe('x a, y null');
    // One that has no slots anyway is no loss to the others.
    expect(words({ ...world('a+1 b+2 c+3 d0+9'), suspicions })).toBe('x a, y d');
  });
});

describe('an organization in quarantine', () => {
  it.each<[string, string, Record<string, string | null>, string]>([
    ['stays', 'a b c', { x: 'a' }, ''],
    ['stays on a suspect server', 'a~ b c', { x: 'a' }, ''],
    ['gets another server when its own dies', 'a! b+1 c', { x: 'a' }, 'x c'],
    ['gets another server when its own drains', 'a- b+1 c', { x: 'a' }, 'x c'],
    ['gets another server when its own is removed', 'b+1 c', { x: 'a' }, 'x c'],
    ['gets another server when a proxy does not reach its own', 'a# b+1 c', { x: 'a' }, 'x c'],
    ['stays on one that a proxy does not reach where there is none to spare', 'a# b', { x: 'a' }, ''],
    ['has none when there is none to spare', 'a! b', { x: 'a' }, 'x null'],
    ['gets one when there is one again', 'a b', { x: null }, 'x a'],
    ['gets one before those that are new', 'a b+1 c+2', { x: null }, 'x a'],
    ['gets none of another', 'a! b c', { x: 'a', y: 'b' }, 'x null'],
    ['and another that both had', 'a b c d e f g h', { x: 'a', y: 'a' }, 'y b'],
  ])('%s', (_, servers, quarantines, expected) => {
    expect(words(world(servers, quarantines))).toBe(expected);
  });

  it('keeps what is known of it, and the value that was read is replaced', () => {
    const [change] = nextQuarantines(world('a! b+1 c', { x: 'a' }));
    expect(change).toEqual({
      quarantine: { organization: 'x', server: 'c', sinceMs: 0, deaths: [] },
      before: { organization: 'x', server: 'a', sinceMs: 0, deaths: [] },
      expected: 17,
    });
  });
});

it('no two get one server, the others always have one left, and what follows is nothing', () => {
  const mark = fc.constantFrom('', '', '', '~', '#', '!', '-', '0', '?', '*');
  const home = fc.constantFrom(null, 'a', 'b', 'c', 'd', 'gone');
  fc.assert(
    fc.property(
      fc.array(mark, { minLength: 1, maxLength: 5 }),
      fc.dictionary(fc.constantFrom('u', 'v', 'w'), home),
      fc.uniqueArray(fc.constantFrom('w', 'x', 'y', 'z')),
      (marks, quarantines, suspects) => {
        const servers = marks.map((one, index) => `${'abcde'[index]}${one}`).join(' ');
        const input = { ...world(servers, quarantines), suspicions: suspects.map(suspect) };
        const changes = nextQuarantines(input);
        const after = new Map(
          [...input.state.quarantines].map(([id, { value }]) => [id, { value, revision: 17 }]),
        );
        for (const { quarantine } of changes)
          after.set(quarantine.organization, { value: quarantine, revision: 18 });
        const given = changes.flatMap(({ quarantine: { server: own } }) => own ?? []);
        const own = [...after.values()].flatMap(({ value }) => value.server ?? []);
        for (const id of given) expect(own.filter((one) => one === id)).toHaveLength(1);
        const { dead, suspect: doubtful, avoided } = input.health;
        const shared = [...input.state.servers.values()].filter(
          ({ value: { id, weight, state } }) =>
            weight > 0 && state === 'active' && ![dead, doubtful, avoided].some((set) => set.has(id)),
        );
        if (given.length > 0) expect(shared.some(({ value }) => !own.includes(value.id))).toBe(true);
        expect([...suspects].every((id) => after.has(id))).toBe(true);
        expect(words({ ...input, state: { ...input.state, quarantines: after } })).toBe('');
      },
    ),
    { numRuns: 300 },
  );
});
