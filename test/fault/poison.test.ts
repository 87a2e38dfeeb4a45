/** An organization kills every server that it comes to. */
import { expect, test } from 'vitest';
import { askControlPlane } from '../../local/control-view.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup } from '../integration/devices.ts';
import { seats } from '../integration/system.ts';
import { measured, stopwatch } from './measured.ts';
import { everywhere, isWithout, verdictIs } from './routes.ts';
import { startPopulated, type Populated } from './start.ts';
import { START_MS } from './system.ts';

const ROW = 'poison organization';
const POISON = 'poison';
/** Whoever has been there for longer has nothing to do with a death. */
const WINDOW_MS = 8_000;
const MOST_MS = 60_000;
/** Ten times what it takes. */
const MOST_ALONE_MS = 100_000;

/** Of `/v1/quarantines`. */
interface QuarantineAnswer {
  readonly organization: string;
  readonly server: string | null;
  readonly inForce: boolean;
  readonly deaths: readonly { readonly server: string }[];
}

test(
  'it is quarantined on a server of its own after two deaths, and named',
  { timeout: START_MS + 300_000 },
  async () => {
    const populated = await startPopulated({
      // The brake, which has a say when so many servers of so few die, is another matter.
      settings: {
        quarantineWindowMs: WINDOW_MS,
        brakeShare: 1,
        drainWindowMs: 5_000,
        longestDrainWindowMs: 5_000,
      },
    });
    const { system, fleet, faults, cleanup } = populated;
    const settledAt = stopwatch();
    await waitFor(() => settledAt() > WINDOW_MS, {
      what: 'everybody else to be there for long',
      timeout: WINDOW_MS * 2,
    });

    const poison = cleanup.own(new DeviceGroup({ organizations: [POISON], proxies: system.proxies }));
    poison.start();
    await poison.allConnected();
    const killed: string[] = [];
    for (const round of [1, 2]) {
      const id = await homeOfPoison(populated, killed, poison.devices.length);
      const victim = system.servers.find((server) => server.id === id)!;
      await faults.kill(victim);
      killed.push(id);
      await everywhere(system, `an assignment without it, death ${round}`, isWithout(victim));
    }

    const elapsed = stopwatch();
    let seen: unknown;
    const quarantine = await waitFor(
      async () => {
        const answer = await askControlPlane<{ quarantines: QuarantineAnswer[] }>(system, '/v1/quarantines');
        seen = answer;
        return answer.quarantines.find(({ organization, inForce }) => organization === POISON && inForce);
      },
      { what: 'the organization to be quarantined', timeout: MOST_MS, describe: () => seen },
    );
    measured(ROW, 'quarantined after the second death was routed around, and', elapsed());
    expect(quarantine.deaths.map(({ server }) => server)).toEqual(killed);
    const all = await askControlPlane<{ quarantines: QuarantineAnswer[] }>(system, '/v1/quarantines');
    expect(all.quarantines.map(({ organization }) => organization)).toEqual([POISON]);

    const own = system.servers.find(({ id }) => id === quarantine.server)!;
    expect(killed).not.toContain(own.id);
    await everywhere(system, 'its server to have no slots', isWithout(own));
    measured(ROW, 'no other organization is routed to its server after', elapsed());
    await waitFor(
      async () => {
        const found = await seats(system);
        seen = Object.fromEntries([...found].map(([one, on]) => [one, [...on]]));
        const onOwn = [...found].filter(([, on]) => on.has(own.id)).map(([one]) => one);
        const isAlone = onOwn.length === 1 && onOwn[0] === POISON && found.get(POISON)?.size === 1;
        return (
          isAlone && found.size === fleet.organizations.length + 1 && fleet.connected === fleet.all.length
        );
      },
      { what: 'it to be alone on its server', timeout: MOST_ALONE_MS, describe: () => seen },
    );
    measured(ROW, 'it has its server to itself after', elapsed());

    // Those that it has killed come back, and it stays where it is.
    for (const server of system.servers.filter(({ id }) => killed.includes(id))) {
      await faults.restart(server);
      await verdictIs(system, server, 'alive');
    }
    await everywhere(
      system,
      'the other servers to have all slots',
      ({ servers }) =>
        servers.length === 4 && servers.every(({ id, slots }) => (id === own.id) === (slots === 0)),
      MOST_MS,
    );
    expect((await seats(system)).get(POISON)).toEqual(new Map([[own.id, poison.devices.length]]));
  },
);

/** The server that all of them sit on. No report may have told the leader of it yet. */
async function homeOfPoison(
  { system }: Populated,
  killed: readonly string[],
  count: number,
): Promise<string> {
  let seen: unknown;
  return waitFor(
    async () => {
      const on = [...((await seats(system)).get(POISON) ?? [])];
      seen = on;
      const [[home, connections] = ['', 0]] = on;
      return on.length === 1 && connections === count && !killed.includes(home) && home;
    },
    { what: 'all devices of the organization to be on one server', timeout: MOST_MS, describe: () => seen },
  );
}
