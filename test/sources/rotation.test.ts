/** New certificates, authorities and keys of tokens reach a listener that has connections, and close none of them. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { Authority } from '../../control-plane/certificates/authority.ts';
import { listenerSchema } from '../../control-plane/model/index.ts';
import { jwtFilter, type JwtProviderOptions } from '../../control-plane/resources/index.ts';
import { secretsOf, securityOf } from '../../control-plane/state/security.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { openSocket } from '../harness/device.ts';
import { tmpDir } from '../harness/machine.ts';
import { waitFor } from '../harness/wait.ts';
import { SourcesBed } from './rig.ts';

type Key = Awaited<ReturnType<typeof generateKeyPair>>['publicKey'];

const HOST = 'mqtt.example.org';
const ISSUER = 'https://issuer.test';
const cleanup = cleanupAfterAll();
const directory = cleanup.own(tmpDir()).path;
const first = await Authority.create('first');
const second = await Authority.create('second');
let generation = 0;

/** Puts files in place as Kubernetes does: a new directory, and a link to it that is renamed. */
async function install(authority: Authority, devices: readonly Authority[]): Promise<void> {
  const folder = join(directory, `v${++generation}`);
  mkdirSync(folder);
  const { certificate, privateKey } = await authority.issue(`proxy ${generation}`, { dns: [HOST] });
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), privateKey);
  writeFileSync(join(folder, 'ca.crt'), devices.map(({ pair }) => pair.certificate).join(''));
  symlinkSync(folder, join(directory, 'next'));
  renameSync(join(directory, 'next'), join(directory, 'current'));
}

const file = (name: string): string => join(directory, 'current', name);
const settings = listenerSchema.parse({
  name: 'mqtts',
  protocol: 'MQTT',
  portKind: 'mqtt',
  address: '127.0.0.1',
  port: 0,
  sources: [{ field: 'CERTIFICATE_SUBJECT', attribute: 'O' }],
  tls: {
    certificate: file('tls.crt'),
    privateKey: file('tls.key'),
    authority: file('ca.crt'),
    watchedDirectory: directory,
    requireCertificate: true,
  },
});
const keysOf = async (key: Key): Promise<JwtProviderOptions> => ({
  issuer: ISSUER,
  keys: { jwks: JSON.stringify({ keys: [{ ...(await exportJWK(key)), kid: 'k', alg: 'ES256' }] }) },
});
const firstKeys = await generateKeyPair('ES256');

let bed: SourcesBed;
beforeAll(async () => {
  await install(first, [first]);
  const jwt = { providers: [await keysOf(firstKeys.publicKey)], required: true };
  bed = await SourcesBed.start(
    cleanup,
    [
      {
        name: settings.name,
        protocol: 'MQTT',
        sources: settings.sources,
        tlsContext: securityOf(settings).tls,
      },
      { name: 'ws', protocol: 'WEBSOCKET', jwt, sources: [{ field: 'JWT_CLAIM', claim: ['org'] }] },
    ],
    secretsOf(settings),
  );
});

/** Who issued the certificate that a new connection is shown. */
async function issuer(): Promise<string | undefined> {
  const at = bed.at('mqtts');
  const socket = (await openSocket({ ...at, tls: { servername: HOST } })) as TLSSocket;
  const { issuer } = socket.getPeerCertificate();
  socket.destroy();
  return typeof issuer?.CN === 'string' ? issuer.CN : undefined;
}

it('a certificate and an authority, by a rename', async () => {
  const old = await first.issue('old', { organization: 'acme' });
  const device = cleanup.own(
    await bed.connect('mqtts', { tls: { cert: old.certificate, key: old.privateKey, servername: HOST } }),
  );
  expect(await issuer()).toBe('first');

  await install(second, [second]);
  await waitFor(async () => (await issuer()) === 'second', { what: 'the new certificate to be shown' });

  // What was open goes on: a message goes up and its answer comes down.
  const before = device.packets.length;
  await device.sendPacket({ cmd: 'pingreq' });
  await device.waitForPacket(({ cmd }) => cmd === 'pingresp');
  expect(device.packets.length).toBe(before + 1);
  expect(device.closed).toBe(false);
  // New devices are held against the new authority.
  const fresh = await second.issue('new', { organization: 'acme' });
  const withPair = ({ certificate, privateKey }: typeof fresh) => ({
    tls: { cert: certificate, key: privateKey, servername: HOST },
  });
  expect(await bed.mqtt('mqtts', {}, withPair(fresh))).toBe(true);
  expect(await bed.mqtt('mqtts', {}, withPair(old))).toBe(false);
});

it('files that are no certificate change nothing', async () => {
  const folder = join(directory, `v${++generation}`);
  mkdirSync(folder);
  for (const name of ['tls.crt', 'tls.key', 'ca.crt']) writeFileSync(join(folder, name), 'no PEM');
  symlinkSync(folder, join(directory, 'next'));
  renameSync(join(directory, 'next'), join(directory, 'current'));
  await bed.envoy.waitForStat('sds.certificate_mqtts.key_rotation_failed', 1);
  expect(await issuer()).toBe('second');
});

it('keys of tokens, by a push of the filter that verifies them', async () => {
  const bearer = async (key: Key): Promise<[string, string][]> => {
    const jwt = new SignJWT({ org: 'acme' }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuer(ISSUER);
    return [['Authorization', `Bearer ${await jwt.sign(key)}`]];
  };
  const headers = await bearer(firstKeys.privateKey);
  expect(await bed.upgrade('ws', { headers })).toBe('101');
  const session = bed.websocketServer.sessions.at(-1)!;

  const next = await generateKeyPair('ES256');
  const resource = jwtFilter({ name: 'jwt_ws', providers: [await keysOf(next.publicKey)], required: true });
  bed.bed.set(TYPE_URLS.ECDS, 'jwt_ws', resource);
  bed.bed.ads.push();
  const fresh = await bearer(next.privateKey);
  await waitFor(async () => (await bed.upgrade('ws', { headers: fresh })) === '101', {
    what: 'the new keys to be in force',
  });
  expect(await bed.upgrade('ws', { headers })).toMatch(/^401/);
  expect(session.closeCode).toBeUndefined();
});
