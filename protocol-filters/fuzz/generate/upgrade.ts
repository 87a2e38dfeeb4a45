/** WebSocket upgrade requests, good and bad. */
import type { Pairs } from '../../host/index.ts';
import { DOMAIN, NAME, OTHER_NAME } from '../listeners.ts';
import type { Random } from '../random.ts';
import { organizationBytes } from './organizations.ts';

/** Bytes as they may stand in a path: some percent-encoded, some not, some wrongly. */
function encoded(random: Random, bytes: Buffer): string {
  const every = random.pick([1, 2, 8]);
  let text = '';
  for (const byte of bytes) {
    const plain = byte > 0x20 && byte < 0x7f && !'/?#%&='.includes(String.fromCharCode(byte));
    const hex = byte.toString(16).padStart(2, '0');
    if (plain && !random.once(every)) text += String.fromCharCode(byte);
    else text += `%${random.once(2) ? hex : hex.toUpperCase()}`;
  }
  return random.once(12) ? text + random.pick(['%', '%4', '%zz', '%%41', '+', '%25']) : text;
}

function path(random: Random): string {
  const part = (): string => encoded(random, organizationBytes(random));
  let text = '';
  for (let i = random.below(5); i > 0; i--) text += `/${random.once(4) ? '' : part()}`;
  if (text === '' || random.once(10)) text += '/';
  if (random.once(20)) text = text.slice(1);
  if (random.once(3)) return text;
  const names = [NAME, NAME, encodeURIComponent(OTHER_NAME), 'x', `${NAME}x`, ''];
  const pairs = Array.from({ length: random.below(4) }, () => {
    const name = random.once(6) ? Buffer.from(OTHER_NAME).toString('latin1') : random.pick(names);
    return random.once(8) ? name : `${name}=${part()}`;
  });
  text += `?${pairs.join('&')}`;
  return random.once(12) ? `${text}#${part()}` : text;
}

function damaged(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const inserted = random.pick(['', '%', '/', '?', '#', '&', '=', '%00', '%ff', '\u00ff', ';', ' ']);
  return text.slice(0, at) + inserted + text.slice(at + random.below(3));
}

/** A host with an organization before the domain, good or bad. */
function host(random: Random): string {
  const name = `${organizationBytes(random).toString('latin1')}${random.pick(['.', '.eu.', ''])}`;
  return `${name}${random.pick([DOMAIN, 'Devices.Test', 'other.test'])}${random.pick(['', ':8080', '.', '.:1'])}`;
}

/** `mutated`: headers left out, doubled, or with other values. */
export function upgradeHeaders(random: Random, mutated: boolean): Pairs {
  const headers: [string, string][] = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':authority', random.once(3) ? host(random) : 'device.test'],
    [':path', mutated ? damaged(random, path(random)) : path(random)],
    ['upgrade', random.once(4) ? 'WebSocket' : 'websocket'],
    ['connection', 'Upgrade'],
    ['sec-websocket-version', '13'],
    ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  if (!random.once(3)) headers.push([`x-${NAME}`, organizationBytes(random).toString('latin1')]);
  if (!random.once(4)) {
    const offered = random.pick(['mqtt', 'MQTT', 'mqttv3.1,mqtt', ' mqtt\t', 'x, mqtt', 'json', 'mqtt2,,']);
    headers.push(['sec-websocket-protocol', offered]);
  }
  if (random.once(8)) headers.push(['x-cohort-cluster', 'elsewhere']);
  if (!mutated) return headers;
  for (let i = random.between(1, 2); i > 0; i--) {
    const at = random.below(headers.length);
    const entry = headers[at] as [string, string];
    const kind = random.below(5);
    // Envoy lets no request without its method and path come so far.
    const pseudo = entry[0].startsWith(':');
    if (kind === 0 && !pseudo) headers.splice(at, 1);
    else if (kind === 1 && !pseudo) headers.push([entry[0], damaged(random, entry[1])]);
    else if (kind === 2 && !pseudo) entry[1] = '';
    else if (kind === 3) entry[1] = random.pick(['POST', 'get', 'h2c', 'websocket, h2c', 'x'.repeat(5000)]);
    else entry[1] = damaged(random, entry[1]) || '*';
  }
  return headers;
}
