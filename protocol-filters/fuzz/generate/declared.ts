/** Protocols that a world declares by chance: any framing, source and redirect that settings may say. */
import type { FramingMessage, OrganizationSource, RedirectMessage } from '../../wire/index.ts';
import { LISTENERS, type ListenerKind } from '../listeners.ts';
import { Random } from '../random.ts';

const DELIMITERS = ['\n', '\r\n', ';', '::', 'aa', '\r\n\r\n', '\0', '-'.repeat(16)];

export function randomFraming(random: Random): FramingMessage {
  const kind = random.pick(['LINES', 'LENGTH_PREFIX', 'LENGTH_PREFIX', 'FIXED_SIZE'] as const);
  if (kind === 'LINES') return random.once(3) ? { kind } : { kind, delimiter: random.pick(DELIMITERS) };
  if (kind === 'FIXED_SIZE')
    return { kind, fixedSize: random.pick([1, 2, 16, 64, 1000, 65536, random.between(1, 300)]) };
  return {
    kind,
    prefixBytes: random.pick([1, 2, 4] as const),
    littleEndian: random.once(2),
    countsItself: random.once(2),
    ...(random.once(3) ? { longest: random.pick([4, 64, 300, 65536, 70_000, 2 ** 31]) } : {}),
  };
}

function randomSource(random: Random): OrganizationSource {
  const field = random.pick(['BYTE_RANGE', 'DELIMITED', 'DELIMITED', 'JSON_POINTER'] as const);
  if (field === 'BYTE_RANGE')
    return { field, offset: random.pick([0, 0, 1, 7, 300]), length: random.pick([1, 8, 40, 256, 300]) };
  if (field === 'DELIMITED')
    return { field, delimiter: random.pick(DELIMITERS), index: random.pick([0, 1, 1, 2, 5]) };
  return { field, pointer: random.pick(['/o', '/params/organization', '/0/0']) };
}

/** What a device is told, or nothing. */
export function randomRedirect(random: Random): RedirectMessage {
  const text = random.pick([
    'GO {location} {reason} {retryAfterMs}',
    '{reason}',
    '{location}{location}',
    '{}{locatio',
    'x',
    '',
  ]);
  return {
    ...(random.once(4) ? {} : { template: Buffer.from(text) }),
    ...(random.once(2) ? {} : { goodbye: Buffer.from(random.pick(['BYE', 'q', '{reason}'])) }),
    ...(random.once(2) ? {} : { location: random.pick(['b:1', 'wss://größer/', 'x"\\y', 'l'.repeat(130)]) }),
    ...(random.once(2) ? {} : { retryAfterMs: random.pick([0, 9, 4294967295]) }),
    ...(random.once(2) ? {} : { closeCode: random.pick([1012, 4000, 4999]) }),
    ...(random.once(2) ? {} : { permanent: true }),
    ...(random.once(2) ? {} : { method: random.pick(['moved', 'a"b\\c']) }),
    ...(random.once(2) ? {} : { binary: true }),
  };
}

/** How many there are over TCP. */
const DECLARED = 4;

function declaredKinds(random: Random): ListenerKind[] {
  const kinds = Array.from({ length: DECLARED }, (_, i): ListenerKind => {
    return {
      name: `declared_${i}`,
      protocol: 'DECLARED',
      timeoutMs: random.pick([400, 2_500, 10_000]),
      framing: randomFraming(random),
      sources: Array.from({ length: random.between(1, 3) }, () => randomSource(random)),
      redirect: randomRedirect(random),
    };
  });
  return [
    ...kinds,
    {
      name: 'ws_declared',
      protocol: 'WEBSOCKET',
      inner: 'DECLARED',
      timeoutMs: 10_000,
      framing: random.once(2) ? { kind: 'WHOLE' } : randomFraming(random),
      sources: [randomSource(random), { field: 'HTTP_PATH_SEGMENT', segment: 0 }],
      redirect: randomRedirect(random),
    },
  ];
}

/** The names of all listeners of a world, whichever. */
export const LISTENER_NAMES: readonly string[] = listenersOf(0).map(({ name }) => name);

/** All listeners of the world with that seed. */
export function listenersOf(world: number): readonly ListenerKind[] {
  return [...LISTENERS, ...declaredKinds(new Random(world, 0xdec1))];
}
