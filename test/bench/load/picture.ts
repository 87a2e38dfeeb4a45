/** A recording drawn: connections of each server over time, and what moved them. */
import { lineChart } from '../charts.ts';
import { colour } from '../svg.ts';

/** Times are in seconds from the recording's begin. */
export interface Recording {
  readonly servers: readonly string[];
  /** In order of time; by the servers' own count. A server that did not answer, or was not there, is not named. */
  readonly samples: readonly {
    readonly at: number;
    readonly connections: Readonly<Record<string, number>>;
  }[];
  readonly rounds: readonly {
    readonly at: number;
    readonly triggers: readonly string[];
    /** Connections of each move that had any. */
    readonly moves: readonly number[];
  }[];
  /** What people did, and when it was over. */
  readonly events: readonly { readonly at: number; readonly name: string }[];
  readonly seconds: number;
}

/** Seconds from one point of a line to the next. */
export const EVERY = 0.5;

/** At each point of time the last count that is not newer; NaN before the server's first. */
export function valuesOf({ samples, seconds }: Recording, server: string): number[] {
  const values: number[] = [];
  let [next, last] = [0, NaN];
  for (let i = 0; i <= Math.floor(seconds / EVERY); i++) {
    for (; next < samples.length && samples[next]!.at <= i * EVERY; next++) {
      last = samples[next]!.connections[server] ?? NaN;
    }
    values.push(last);
  }
  return values;
}

/** @param subtitle says the settings */
export function drawLoad(recording: Recording, title: string, subtitle: string): string {
  const { servers, events, rounds } = recording;
  // A whole number of points, so that the last one is at the right edge.
  const span = Math.floor(recording.seconds / EVERY) * EVERY;
  const moving = rounds.filter(({ moves }) => moves.length > 0);
  const triggers = [...new Set(moving.map(nameOf))];
  const colourOf = (round: Recording['rounds'][number]): string =>
    colour(servers.length + triggers.indexOf(nameOf(round)));
  const lines = servers.map((server, i) => ({
    values: valuesOf(recording, server),
    colour: colour(i),
    width: 2,
  }));
  const most = upTo(Math.max(0, ...lines.flatMap(({ values }) => values.filter(Number.isFinite))));
  const costs = moving.map(({ moves }) => moves.reduce((sum, one) => sum + one, 0));
  return lineChart({
    title,
    subtitle,
    names: [...servers, ...triggers.map((trigger) => `moves: ${trigger}`)],
    span,
    unit: 's',
    events,
    panels: [
      {
        label: 'connections of each server, as it counts them',
        ...{ from: 0, to: most, format: String, height: 260, lines },
        marks: moving.map(({ at }) => ({ at, value: most, colour: '#e4e4e4' })),
      },
      {
        label: 'connections that had to move, each time something was moved; above: organizations',
        ...{ from: 0, to: upTo(Math.max(0, ...costs) * 1.15), format: String, height: 90, lines: [] },
        marks: moving.map((round, i) => ({
          at: round.at,
          value: costs[i]!,
          colour: colourOf(round),
          width: 4,
          label: String(round.moves.length),
        })),
      },
    ],
  });
}

function nameOf({ triggers }: Recording['rounds'][number]): string {
  return triggers.length === 0 ? 'other' : triggers.join(' + ');
}

/** The next multiple of 20: the axis has four parts, each a whole number. */
function upTo(value: number): number {
  return Math.max(20, Math.ceil(value / 20) * 20);
}
