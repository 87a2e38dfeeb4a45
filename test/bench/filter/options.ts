/** The bench's command line. */
import { parseArgs } from 'node:util';
import type { WorkName } from './goals.ts';
import type { SideName } from './sides.ts';
import { PROTOCOLS, type ProtocolName } from './speech.ts';

export interface BenchOptions {
  pairs: number;
  /** How long each side is measured at each work in a pair, in seconds. */
  seconds: number;
  /** Idle connections whose memory is measured; fewer where the machine allows fewer open files. */
  idle: number;
  /** Programs that share Envoy's processor (`processors.ts`). */
  brakes: number;
  json: boolean;
  write: boolean;
  sides: SideName[];
  only: (WorkName | 'memory')[];
  /** What devices speak: one after the other, each over TCP and, with `tls`, over TLS. */
  protocols: ProtocolName[];
  tls: ('off' | 'on')[];
  /** Another compiled filter to measure beside the product's. */
  code?: string;
}

export const USAGE = `npm run bench:filter -- [options]
  --pairs N      pairs of measurements, each with fresh Envoys (7; quick 2)
  --seconds S    how long each side is measured at each work in a pair (3; quick 0.8)
  --idle N       idle connections whose memory is measured (10000; quick 2000)
  --brakes N     programs that share Envoy's processor, so that it is the limit (0)
  --quick        a short run of under a minute: a rough picture
  --sides A,B    what to measure beside plain (filter,empty): filter, empty, deferred, bare (see sides.ts)
  --only A,B     what to measure: memory, connects, roundTrips, throughput (all)
  --protocol A,B what devices speak (mqtt): ${PROTOCOLS.join(', ')}, or all
  --tls X        off, on, or both (off)
  --code FILE    adds the side given: the product's listener with this compiled filter
  --json         the measurements as JSON, and nothing else, to standard output
  --write        puts the results into docs/benchmarks.md`;

const SIDES = ['filter', 'empty', 'deferred', 'bare'] as const;
const MEASURED = ['memory', 'connects', 'roundTrips', 'throughput'] as const;

/** The names in a list with commas. @throws RangeError for one that is not in `known` */
function listed<T extends string>(option: string, value: string, known: readonly T[]): T[] {
  return value.split(',').map((name) => {
    const found = known.find((candidate) => candidate === name);
    if (found === undefined) throw new RangeError(`--${option}: ${name} is none of ${known.join(', ')}`);
    return found;
  });
}

/** @throws TypeError for an option that does not exist, RangeError for a number that makes no sense */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      idle: { type: 'string' },
      brakes: { type: 'string', default: '0' },
      quick: { type: 'boolean', default: false },
      sides: { type: 'string', default: 'filter,empty' },
      only: { type: 'string', default: MEASURED.join(',') },
      protocol: { type: 'string', default: 'mqtt' },
      tls: { type: 'string', default: 'off' },
      code: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick, json, write, code } = values;
  const number = (name: string, value: string, least: number, whole: boolean): number => {
    const result = Number(value);
    if (result >= least && Number.isFinite(result) && (!whole || Number.isInteger(result))) return result;
    throw new RangeError(`--${name} ${value}: give ${whole ? 'an integer' : 'a number'} from ${least}`);
  };
  return {
    pairs: number('pairs', values.pairs ?? (quick ? '2' : '7'), 1, true),
    seconds: number('seconds', values.seconds ?? (quick ? '0.8' : '3'), 0.1, false),
    idle: number('idle', values.idle ?? (quick ? '2000' : '10000'), 1, true),
    brakes: number('brakes', values.brakes, 0, true),
    sides: [
      'plain',
      ...listed('sides', values.sides, SIDES),
      ...(code === undefined ? [] : (['given'] as const)),
    ],
    only: listed('only', values.only, MEASURED),
    protocols: values.protocol === 'all' ? [...PROTOCOLS] : listed('protocol', values.protocol, PROTOCOLS),
    tls: values.tls === 'both' ? ['off', 'on'] : listed('tls', values.tls, ['off', 'on']),
    json,
    write,
    ...(code === undefined ? {} : { code }),
  };
}
