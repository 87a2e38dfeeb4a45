/** What an operator can do, each as a question first: how many devices it moves, by what REST says at that moment. */
import { counted, percent } from '../model/format.ts';
import { devicesToMove, flowsOf, targetOf } from '../model/moving.ts';
import { serverAt, type SlotTable } from '../model/slots.ts';
import { Refused, type Client } from './client.ts';
import type { Move, OneOrganization, Overview, PlanView, RoundView, ServerView, Settings } from './rest.ts';

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly devices: number;
}

export interface Question {
  readonly title: string;
  /** That have to reconnect. Null: the action does not say. */
  readonly devices: number | null;
  readonly words: readonly string[];
  readonly flows?: readonly Flow[];
  /** What the button says. */
  readonly confirm: string;
  /** There is nothing to confirm. */
  readonly isIdle?: boolean;
  /** @param force although REST has said that devices would be hurt */
  readonly run: (force: boolean) => Promise<void>;
  /** Once it has been done. */
  readonly done: string;
}

/** Asks REST, and makes the question of what it answers. */
export type Ask = () => Promise<Question>;

const path = (...parts: string[]): string => ['v1', ...parts.map(encodeURIComponent)].join('/');

export function drain(client: Client, id: string, settings: Settings | undefined): Ask {
  return async () => {
    const { body, etag } = await client.get<ServerView>(path('servers', id));
    const devices = body.connections;
    const pace = settings?.reconnectsPerSecond;
    return {
      title: `Drain ${id}?`,
      devices,
      words: [
        'New connections go to other servers at once; then its devices are told to reconnect' +
          `${pace === undefined ? '' : `, ${counted(pace, 'device')} a second at most`}.`,
        `It gives up ${counted(body.slots, 'slot')}. Undrain takes it back.`,
      ],
      confirm: devices === null ? 'Drain' : `Drain, and move ${counted(devices, 'device')}`,
      run: (force) => change(client, id, 'draining', etag, force),
      done: `${id} drains`,
    };
  };
}

export function undrain(client: Client, id: string, settings: Settings | undefined): Ask {
  return async () => {
    const { body, etag } = await client.get<ServerView>(path('servers', id));
    const pinned = await comingBack(client, id);
    const budget =
      settings === undefined ? '' : `, ${percent(settings.roundBudget)} of all devices in each at most`;
    return {
      title: `Undrain ${id}?`,
      devices: pinned.devices,
      words: [
        `It takes devices again. Rounds fill it up${budget}.`,
        ...(pinned.organizations > 0
          ? [
              `At once only those move that are pinned to it: ${counted(pinned.organizations, 'organization')}.`,
            ]
          : []),
        ...((body.connections ?? 0) > 0 ? [`${counted(body.connections!, 'device')} still on it stay.`] : []),
      ],
      confirm: pinned.devices === 0 ? 'Undrain' : `Undrain, and move ${counted(pinned.devices, 'device')}`,
      run: (force) => change(client, id, 'active', etag, force),
      done: `${id} takes devices again`,
    };
  };
}

/** Pinned organizations that are asked for one by one. */
const MOST_PINNED = 50;

/** Pins to a server that are out of force now, and come into force with it. */
async function comingBack(client: Client, id: string): Promise<{ organizations: number; devices: number }> {
  const query = new URLSearchParams({ server: id, inForce: 'false', limit: String(MOST_PINNED) });
  const { body } = await client.get<{ pins: { organization: string }[]; total: number }>(`v1/pins?${query}`);
  const found = await Promise.all(
    body.pins.map(({ organization }) => client.get<OneOrganization>(path('organizations', organization))),
  );
  const devices = found.reduce((sum, one) => sum + devicesToMove(one.body, id), 0);
  return { organizations: body.total, devices };
}

function change(
  client: Client,
  id: string,
  state: 'active' | 'draining',
  etag: string | null,
  force: boolean,
): Promise<void> {
  const ifMatch = etag ?? undefined;
  return client.write('PATCH', `${path('servers', id)}${force ? '?force=true' : ''}`, {
    body: { state },
    ifMatch,
  });
}

/** Null: there is no pin. */
async function pinTag(client: Client, organization: string): Promise<string | null> {
  try {
    return (await client.get(path('pins', organization))).etag;
  } catch (error) {
    if (error instanceof Refused && error.problem.status === 404) return null;
    throw error;
  }
}

export function pin(client: Client, organization: string, server: string): Ask {
  return async () => {
    const [{ body }, etag] = await Promise.all([
      client.get<OneOrganization>(path('organizations', organization)),
      pinTag(client, organization),
    ]);
    const devices = devicesToMove(body, server);
    return {
      title: `Pin ${organization} to ${server}?`,
      devices,
      words: [
        `Its new connections go to ${server}, whatever the slot table says; then its devices are told to reconnect.`,
        ...(body.pin === null || body.pin === server ? [] : [`It was pinned to ${body.pin}.`]),
      ],
      flows: body.seats
        .filter((seat) => seat.server !== server)
        .map((seat) => ({ from: seat.server, to: server, devices: seat.connections })),
      confirm: `Pin, and move ${counted(devices, 'device')}`,
      run: () =>
        client.write('PUT', path('pins', organization), {
          body: { server },
          ...(etag === null ? { isNew: true } : { ifMatch: etag }),
        }),
      done: `${organization} is pinned to ${server}`,
    };
  };
}

export function unpin(client: Client, organization: string, table: SlotTable | undefined): Ask {
  return async () => {
    const [{ body }, etag] = await Promise.all([
      client.get<OneOrganization>(path('organizations', organization)),
      pinTag(client, organization),
    ]);
    const home = table && serverAt(table, body.slot);
    const devices = devicesToMove(body, home);
    return {
      title: `Unpin ${organization}?`,
      devices,
      words: [`It goes back to the server of its slot ${body.slot}${home === undefined ? '' : `, ${home}`}.`],
      flows: body.seats
        .filter((seat) => seat.server !== home)
        .map((seat) => ({ from: seat.server, to: home ?? 'nobody', devices: seat.connections })),
      confirm: `Unpin, and move ${counted(devices, 'device')}`,
      run: () => client.write('DELETE', path('pins', organization), { ifMatch: etag ?? undefined }),
      done: `${organization} is pinned no more`,
    };
  };
}

export function applyRound(client: Client): Ask {
  return async () => {
    const { body } = await client.get<PlanView>('v1/rebalances/preview');
    const isIdle = body.moves.length === 0;
    return {
      title: 'Rebalance now?',
      devices: body.connections,
      words: isIdle
        ? ['Nothing is worth moving: the load is as even as moves can make it.']
        : [
            `${counted(body.moves.length, 'move')}, without waiting for the next round.`,
            'The load is read once more when the round is made: it may differ a little from this.',
          ],
      flows: flowsOf(body).map((flow) => ({ ...flow, devices: Math.round(flow.devices) })),
      isIdle,
      confirm: `Apply, and move ${counted(body.connections, 'device')}`,
      run: () => client.write('POST', 'v1/rebalances/apply'),
      done: 'A round is made',
    };
  };
}

export function undo(client: Client, round: string, move: Move): Ask {
  return async () => {
    const { body } = await client.get<RoundView>(path('rebalances', round));
    const now = body.moves.find(({ index }) => index === move.index) ?? move;
    let devices = Math.round(now.connections);
    let words = 'So many it cost when it was made.';
    if (now.organization !== undefined) {
      const one = await client.get<OneOrganization>(path('organizations', now.organization));
      devices = devicesToMove(one.body, now.from ?? undefined);
      words = 'So many of its devices do not sit there now.';
    }
    const target = targetOf(now);
    return {
      title: `Take ${target} back to ${now.from ?? 'nobody'}?`,
      devices,
      words: [words, 'The rebalancer then leaves it alone for a day (undoneHoldMs).'],
      flows: [{ from: now.to ?? 'nobody', to: now.from ?? 'nobody', devices }],
      confirm: `Undo, and move ${counted(devices, 'device')}`,
      run: () => client.write('POST', `${path('rebalances', round)}/moves/${now.index}/undo`),
      done: `${target} goes back to ${now.from ?? 'nobody'}`,
    };
  };
}

export function pause(client: Client, paused: boolean): Ask {
  return () =>
    Promise.resolve({
      title: paused ? 'Pause the rebalancer?' : 'Resume the rebalancer?',
      devices: 0,
      words: [
        paused
          ? 'No more rounds even out the load. Drains, deaths and pins move devices all the same.'
          : 'Rounds even out the load again.',
      ],
      confirm: paused ? 'Pause' : 'Resume',
      run: () => client.write('POST', `v1/rebalances/${paused ? 'pause' : 'resume'}`),
      done: paused ? 'The rebalancer is paused' : 'The rebalancer works again',
    });
}

export function scanNow(client: Client): Ask {
  return () =>
    Promise.resolve({
      title: 'Look for devices out of place now?',
      devices: null,
      words: ['Those that sit on a server where they do not belong, and can go home, are ordered home.'],
      confirm: 'Scan now',
      run: () => client.write('POST', 'v1/scans'),
      done: 'A scan has begun',
    });
}

export function releaseBrake(client: Client, overview: Overview | undefined): Ask {
  const died = [...new Set(overview?.brake.deaths.map(({ server }) => server))];
  return () =>
    Promise.resolve({
      title: 'Release the brake?',
      devices: null,
      words: [
        'What dead servers have moves to others again.',
        ...(died.length > 0 ? [`Died in a row: ${died.join(', ')}.`] : []),
      ],
      confirm: 'Release the brake',
      run: () => client.write('POST', 'v1/brake/release'),
      done: 'The brake is released',
    });
}
