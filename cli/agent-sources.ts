/** Options of `cohort agent` that say what it measures. */
import { InvalidArgumentError, Option } from 'commander';
import type { Pointer } from '../control-plane/agent/endpoint/json-meter.ts';
import { parsePointer } from '../control-plane/agent/endpoint/json-pointer.ts';
import { parseSelector, type Selector } from '../control-plane/agent/endpoint/selector.ts';
import { unwrapRate, type Wanted } from '../control-plane/agent/endpoint/wanted.ts';
import type { Meter } from '../control-plane/agent/meter.ts';
import { isName } from '../control-plane/agent/usage.ts';
import * as values from './values.ts';

export interface SourceFlags {
  readonly pid?: number;
  readonly pidFile?: string;
  readonly cgroup?: string;
  readonly cgroupOf?: number;
  readonly json?: string;
  readonly jsonNumber?: Named<Pointer>[];
  readonly jsonLimit?: Named<Pointer>[];
  readonly prometheus?: string;
  readonly metric?: Named<Selector>[];
  readonly metricLimit?: Named<Selector>[];
  readonly limit?: ReadonlyMap<string, number>;
}

/** Where the number of a dimension stands. */
interface Named<P> {
  readonly name: string;
  readonly at: P;
  readonly isRate: boolean;
}

export const SOURCES_HELP = `
What is measured (several may be given; where two measure the same, that which is later in this list counts):
  nothing given      the processors and the memory of the machine
  --pid, --pid-file  of a process: processors; memory against the limits that are in force for it (its cgroup's, its own
                     RLIMIT_AS and RLIMIT_DATA, the machine's)
  --cgroup, --cgroup-of
                     of a cgroup, version 1 or 2: a container, or a service of systemd
  --json             numbers of an HTTP endpoint that answers with JSON
  --prometheus       numbers of an endpoint that answers in Prometheus' text format; the sum of all samples that match

Names: cpu (cores), memory (bytes), connections (of devices), or one's own. Put rate(...) around what only grows.
A number that cannot be had is not published; why is in the log. The lease lives on, unless the process or the cgroup
has ended: then it is given back until there is one again, or, with --pid, the agent ends as well.

Examples:
  cohort agent --server a --etcd 10.0.0.1:2379 --port mqtt=10.0.0.5:1883 --pid-file /run/mosquitto.pid --limit connections=20000
  cohort agent ... --json http://localhost:8080/status --json-number connections=/clients/now --json-limit connections=/clients/most
  cohort agent ... --prometheus http://localhost:9100/metrics --metric 'cpu=rate(process_cpu_seconds_total)' --limit cpu=4 \\
                   --metric 'connections=mqtt_connections{listener=~"tcp|tls"}' --metric-limit connections=mqtt_connections_max`;

export function sourceOptions(): Option[] {
  const pid = values.whole(1, 2 ** 22);
  const option = (flags: string, words: string): Option => new Option(flags, words);
  return [
    option('--pid <pid>', 'measures this process').argParser(pid),
    option('--pid-file <file>', 'measures the process whose number stands there, read each time').conflicts(
      'pid',
    ),
    option('--cgroup <path>', 'measures this cgroup, such as /system.slice/mosquitto.service').conflicts([
      'pid',
      'pidFile',
    ]),
    option('--cgroup-of <pid>', 'measures the cgroup that this process is in now')
      .argParser(pid)
      .conflicts(['pid', 'pidFile', 'cgroup']),
    option('--json <url>', 'asks this endpoint').argParser(url),
    option('--json-number <name=pointer...>', 'a number by its JSON pointer').argParser(pointers),
    option('--json-limit <name=pointer...>', 'its limit').argParser(pointers),
    option('--prometheus <url>', 'asks this endpoint').argParser(url),
    option('--metric <name=selector...>', 'a number by its metric and labels').argParser(selectors),
    option('--metric-limit <name=selector...>', 'its limit').argParser(selectors),
    option('--limit <name=number...>', 'a limit that nobody else tells, or that comes first').argParser(
      limits,
    ),
  ];
}

/** @param timeoutMs that an endpoint may take. @throws InvalidArgumentError for options that do not go together */
export async function meterOf(flags: SourceFlags, timeoutMs: number): Promise<Meter> {
  const { pid, pidFile, cgroup, cgroupOf, json, prometheus, limit = new Map<string, number>() } = flags;
  const agent = await import('../control-plane/agent/index.ts');
  const pointersWanted = wanted('--json', json, flags.jsonNumber, flags.jsonLimit);
  const selectorsWanted = wanted('--prometheus', prometheus, flags.metric, flags.metricLimit);
  const meters = [
    ...(pid === undefined ? [] : [agent.pidMeter(pid)]),
    ...(pidFile === undefined ? [] : [agent.pidMeter(() => agent.pidIn(pidFile))]),
    ...(cgroup === undefined ? [] : [agent.cgroupMeter(() => agent.Cgroup.at(cgroup))]),
    ...(cgroupOf === undefined ? [] : [agent.cgroupMeter(() => agent.Cgroup.of(cgroupOf))]),
    ...(json === undefined ? [] : [agent.jsonMeter({ url: json, wanted: pointersWanted, timeoutMs })]),
    ...(prometheus === undefined
      ? []
      : [agent.prometheusMeter({ url: prometheus, wanted: selectorsWanted, timeoutMs })]),
  ];
  return agent.withLimits(agent.together(meters.length > 0 ? meters : [agent.machineMeter()]), limit);
}

function wanted<P>(
  option: string,
  endpoint: string | undefined,
  numbers: readonly Named<P>[] = [],
  limitsOf: readonly Named<P>[] = [],
): Wanted<P>[] {
  const first = numbers[0] ?? limitsOf[0];
  if (endpoint === undefined && first !== undefined) {
    throw new InvalidArgumentError(`${first.name} is wanted of an endpoint that ${option} does not name.`);
  }
  if (endpoint !== undefined && numbers.length === 0) {
    throw new InvalidArgumentError(
      `${option} names an endpoint, and nothing says which of its numbers are wanted.`,
    );
  }
  const lost = limitsOf.find(({ name }) => !numbers.some((number) => number.name === name));
  if (lost !== undefined) throw new InvalidArgumentError(`there is a limit of ${lost.name} and no number.`);
  return numbers.map((number) => {
    const limit = limitsOf.find(({ name }) => name === number.name)?.at;
    return { ...number, ...(limit !== undefined && { limit }) };
  });
}

function url(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('It must be a URL such as http://localhost:8080/status.');
}

function pointers(text: string, before: readonly Named<Pointer>[] = []): Named<Pointer>[] {
  return named(text, before, 'connections=/clients/now', (inner) => {
    const path = parsePointer(inner);
    return path === undefined ? 'A JSON pointer is like /clients/now (RFC 6901)' : { text: inner, path };
  });
}

function selectors(text: string, before: readonly Named<Selector>[] = []): Named<Selector>[] {
  return named(text, before, 'connections=mqtt_connections{listener="tcp"}', parseSelector);
}

/** Collects `name=…`, each name once. @param parse gives a sentence for what it cannot read */
function named<P extends object>(
  text: string,
  before: readonly Named<P>[],
  example: string,
  parse: (inner: string) => P | string,
): Named<P>[] {
  const [name, where] = nameAndRest(text, example);
  if (before.some((known) => known.name === name)) throw new InvalidArgumentError(`${name} is named twice.`);
  const { inner, isRate } = unwrapRate(where);
  const at = parse(inner);
  if (typeof at === 'string') throw new InvalidArgumentError(`${at}.`);
  return [...before, { name, at, isRate }];
}

function limits(text: string, before: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const [name, number] = nameAndRest(text, 'connections=20000');
  const limit = /^\d+(\.\d+)?(e\d{1,2})?$/.test(number) ? Number(number) : NaN;
  if (!(limit > 0)) throw new InvalidArgumentError('A limit is a number above 0, such as 20000 or 2e9.');
  if (before.has(name)) throw new InvalidArgumentError(`${name} is named twice.`);
  return new Map([...before, [name, limit]]);
}

function nameAndRest(text: string, example: string): [name: string, rest: string] {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 1 || at === text.length - 1 || !isName(name)) {
    throw new InvalidArgumentError(
      `It must be like ${example}, with a name of 1 to 128 of A-Z a-z 0-9 . _ -.`,
    );
  }
  return [name, text.slice(at + 1)];
}
