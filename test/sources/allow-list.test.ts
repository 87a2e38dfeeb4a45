/** A listener that admits only organizations that exist, behind the list that the control plane makes. */
import { expect, it } from 'vitest';
import { networkPlugin, organizationsListener } from '../../control-plane/resources/index.ts';
import { encodeOrganizations } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { MqttDevice } from '../harness/mqtt-device.ts';
import { waitFor } from '../harness/wait.ts';
import { SourcesBed } from './rig.ts';

it('takes an organization as soon as it is on the list, refuses and counts all others, and closes nothing', async () => {
  const cleanup = cleanupAfterTest();
  const bed = await SourcesBed.start(
    cleanup,
    [
      { name: 'known', protocol: 'MQTT', knownOnly: true, sources: [{ field: 'MQTT_USER_NAME' }] },
      {
        name: 'known_ws',
        protocol: 'WEBSOCKET',
        knownOnly: true,
        sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
      },
    ],
    [],
  );
  const list = (...organizations: string[]): void => {
    const configuration = encodeOrganizations(organizations);
    const plugin = { name: 'organizations', rootId: 'organizations', code: bed.bed.code, configuration };
    bed.bed.set(TYPE_URLS.ECDS, 'organizations', networkPlugin(plugin));
    bed.bed.ads.push();
  };
  expect(await bed.mqtt('known', { username: 'acme/d1' })).toBe(false);
  expect(await bed.upgrade('known_ws', { path: '/acme' })).toBe('503 cohort: no_assignment');

  list('acme');
  bed.bed.set(TYPE_URLS.LDS, 'organizations', organizationsListener());
  bed.bed.ads.push();
  const admitted = (path: string) => async (): Promise<boolean> =>
    (await bed.upgrade('known_ws', { path })) === '101';
  await waitFor(admitted('/acme'), { what: 'acme to be admitted' });
  const device = cleanup.own(await MqttDevice.connect({ ...bed.at('known'), username: 'acme/d1' }));
  const before = await bed.refused('organization_unknown');
  expect(await bed.mqtt('known', { username: 'globex/d1' })).toBe(false);
  expect(await bed.upgrade('known_ws', { path: '/globex' })).toBe('403 cohort: organization_unknown');
  expect(await bed.refused('organization_unknown')).toBe(before + 2);

  list('globex');
  await waitFor(admitted('/globex'), { what: 'globex to be admitted' });
  expect(await bed.upgrade('known_ws', { path: '/acme' })).toBe('403 cohort: organization_unknown');
  // Who is in stays.
  await device.sendPacket({ cmd: 'pingreq' });
  await device.waitForPacket(({ cmd }) => cmd === 'pingresp');
});
