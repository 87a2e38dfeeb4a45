/** Commands against the real admin interface over a replica in memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestReplica } from '../../../control-plane/admin/testing.ts';
import { settings } from '../../../control-plane/model/index.ts';
import { assignmentOf, server } from '../../../control-plane/state/testing.ts';
import { CtlFailure } from './failure.ts';
import { run, TestControlPlane } from './testing.ts';

let replica: TestReplica;
let controlPlane: TestControlPlane;
let url: URL;

beforeEach(async () => {
  replica = new TestReplica({
    servers: [server('a'), server('b', { labels: { zone: 'eu' } })],
    pins: { acme: 'a' },
    assignment: assignmentOf(['a', 'b']),
  });
  controlPlane = new TestControlPlane(replica);
  url = await controlPlane.start();
});
afterEach(() => controlPlane.stop());

/** How it fails. */
async function failure(done: Promise<unknown>): Promise<CtlFailure> {
  const error = await done.then(
    () => new Error('it did not fail'),
    (one: unknown) => one,
  );
  if (error instanceof CtlFailure) return error;
  throw error;
}

const written = (): string[] => controlPlane.asked.filter((one) => !one.startsWith('get '));

describe('reading', () => {
  it('shows a list as a table, and filters it', async () => {
    const { out } = await run(url, 'servers list');
    const [head, a, b] = out.split('\n');
    expect(head).toMatch(/^ID +STATE +HEALTH +CONNECTIONS/);
    expect(a).toMatch(/^a +active +alive +0 /);
    expect(b).toMatch(/ zone=eu$/);
    expect((await run(url, 'servers list', [], { label: 'zone' })).out.split('\n')).toHaveLength(3);
  });

  it('gives scripts the answer as it is', async () => {
    const { out } = await run(url, 'pins get', ['acme'], {}, { output: 'json' });
    expect(JSON.parse(out)).toMatchObject({ organization: 'acme', server: 'a', inForce: false });
  });

  it('reads as many pages as are asked for', async () => {
    for (let n = 0; n < 1_005; n++) replica.putServer(server(`s-${String(n).padStart(4, '0')}`));
    const { out } = await run(url, 'servers list', [], { all: true }, { output: 'json' });
    expect((JSON.parse(out) as { servers: unknown[] }).servers).toHaveLength(1_007);
    expect(controlPlane.asked).toHaveLength(2);
    expect((await run(url, 'servers list', [], { limit: 2 })).out).toContain('2 of 1007; --all shows all');
  });

  it('says that etcd is away', async () => {
    replica.health = { state: 'stale', revision: 1, why: 'it does not answer' } as never;
    expect((await run(url, 'pins list')).err).toContain('etcd is away');
  });

  it('watches: prints what is another, and goes on while nobody answers', async () => {
    const end = new AbortController();
    const watching = run(url, 'pins list', [], { watch: 0.05 }, { signal: end.signal });
    await expect.poll(() => controlPlane.asked.length).toBeGreaterThan(2);
    const before = controlPlane.asked.length;
    replica.notReady = 'etcd has not been read';
    await expect.poll(() => controlPlane.asked.length).toBeGreaterThan(before + 1);
    end.abort();
    const blocks = (await watching).out;
    expect(blocks.match(/acme/g)).toHaveLength(1);
    expect(blocks).toContain('COHORT_NOT_READY');
  });
});

describe('writing', () => {
  it('needs --yes where nobody sits at a terminal, and says how many devices it is about', async () => {
    const refused = await failure(run(url, 'servers drain', ['a']));
    expect([refused.exit, refused.problem.code]).toEqual(['REFUSED', 'COHORT_CTL_NOT_CONFIRMED']);
    expect(refused.problem.detail).toContain('0 devices on a');
    expect(written()).toEqual([]);
    expect((await run(url, 'servers drain', ['a'], { yes: true })).out).toContain('a drains');
    expect(replica.state.servers.get('a')?.value.state).toBe('draining');
  });

  it('asks on a terminal', async () => {
    const refused = await failure(run(url, 'pins remove', ['acme'], {}, { answers: ['n'] }));
    expect(refused.exit).toBe('REFUSED');
    expect(replica.state.pins.size).toBe(1);
    const { err } = await run(url, 'pins remove', ['acme'], {}, { answers: ['y'] });
    expect(err).toContain("acme will belong to its slot's server: 0 devices");
    expect(replica.state.pins.size).toBe(0);
  });

  it('what the control plane refuses is asked a second time, and not done by --yes', async () => {
    await run(url, 'servers drain', ['a'], { yes: true });
    const refused = await failure(run(url, 'servers drain', ['b'], { yes: true }));
    expect([refused.exit, refused.problem.code]).toEqual(['REFUSED', 'COHORT_LAST_SERVER']);
    await run(url, 'servers drain', ['b'], {}, { answers: ['y', 'y'] });
    expect(replica.state.servers.get('b')?.value.state).toBe('draining');
    await run(url, 'servers undrain', ['b']);
    await run(url, 'servers drain', ['b'], { force: true });
    expect(written().at(-1)).toBe('patch /v1/servers/b?force=true');
  });

  it('builds on what was shown: a change in between is a conflict that says what is another', async () => {
    await run(url, 'settings set', ['mostOwnPins=5']);
    const race = run(url, 'settings set', ['loadCeiling=0.9']);
    replica.meanwhile = () =>
      replica.putRaw(settings.keyOf(''), settings.encode({ ...replica.state.settings, roundBudget: 0.2 }));
    const conflict = await failure(race);
    expect(conflict.exit).toBe('CONFLICT');
    expect(conflict.problem.changes).toContainEqual({ pointer: '/roundBudget', was: 0.05, is: 0.2 });
  });

  it('changes some settings and leaves the others', async () => {
    await run(url, 'settings set', ['roundBudget=0.1']);
    const { out } = await run(url, 'settings set', ['loadCeiling=0.9', 'roundBudget=']);
    expect(out).toContain('loadCeiling: 0.85 → 0.9');
    expect(replica.state.settings).toMatchObject({ loadCeiling: 0.9, roundBudget: 0.05 });
    expect((await failure(run(url, 'settings set', ['bogus=']))).exit).toBe('USAGE');
    expect((await failure(run(url, 'settings set', ['roundBudget=7']))).problem.errors?.[0]?.pointer).toBe(
      '/roundBudget',
    );
  });

  it('creates and changes servers by options and by files', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ctl-'));
    try {
      const port = { mqtt: { host: '10.0.0.1', port: 1883 } };
      await run(url, 'servers create', ['c'], { port, connections: 10 });
      expect(replica.state.servers.get('c')?.value).toMatchObject({
        ports: port,
        capacity: { connections: 10 },
      });
      await run(url, 'servers set', ['c'], { label: { zone: 'us' }, connections: false });
      expect(replica.state.servers.get('c')?.value).toMatchObject({ labels: { zone: 'us' } });
      expect(replica.state.servers.get('c')?.value.capacity).toBeUndefined();
      const file = join(directory, 'd.yaml');
      writeFileSync(file, 'id: d\nports: { mqtt: { host: 10.0.0.2, port: 1883 } }\n');
      expect((await run(url, 'servers apply', [], { file })).out).toContain('The server d is created');
      const nameless = join(directory, 'nameless.yaml');
      writeFileSync(nameless, 'ports: { mqtt: { host: 10.0.0.2, port: 1883 } }\n');
      expect((await run(url, 'servers apply', ['d'], { file: nameless })).out).toContain('as the file says');
      const refused = await failure(run(url, 'servers apply', [], { file: nameless }));
      expect(refused.problem).toMatchObject({
        code: 'COHORT_CTL_FILE',
        detail: expect.stringContaining('no id'),
      });
      const unnamed = await failure(run(url, 'listeners apply', [], { file: nameless }));
      expect(unnamed.problem).toMatchObject({
        code: 'COHORT_CTL_FILE',
        detail: expect.stringContaining('no name'),
      });
      expect((await failure(run(url, 'servers apply', [], { file: `${file}.not` }))).exit).toBe('USAGE');
      expect((await failure(run(url, 'servers set', ['d']))).problem.code).toBe('COHORT_CTL_NOTHING');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('waits until a server is empty, and gives up when time is up', async () => {
    const late = await failure(run(url, 'servers drain', ['a'], { yes: true, wait: true, timeout: 0.05 }));
    expect([late.exit, late.problem.code]).toEqual(['INCOMPLETE', 'COHORT_CTL_INCOMPLETE']);
    expect(replica.state.servers.get('a')?.value.state).toBe('draining');
  });
});
