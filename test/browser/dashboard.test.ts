/**
 * The dashboard of a running system in a real Chromium: it shows what REST says; an operator with nothing else finds why an
 * organization is split, empties a server, watches its devices arrive elsewhere and takes it back, and takes back a move of
 * the rebalancer; and it says so when etcd is away, or nobody answers any more. What moves is held to what the demo servers themselves say.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type {
  Move,
  OneOrganization,
  Organizations,
  Overview,
  PlanView,
  Rebalances,
  RoundView,
} from '../../control-plane/dashboard/data/rest.ts';
import { targetOf } from '../../control-plane/dashboard/model/moving.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { Topology } from '../../local/topology.ts';
import { getJson } from '../../local/http.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup, organizations } from '../integration/devices.ts';
import {
  admin,
  changeSettings,
  seats,
  serverStatuses,
  START_MS,
  startSystem,
  whole,
} from '../integration/system.ts';
import { asked, Chromium, confirm, PATIENCE_MS, picture, rowOf, rows, tile, type Opened } from './browser.ts';

const ACME = 'acme';
/** For each of three protocols at each of two proxies: 204 devices, which take 102 s at one a second and proxy. */
const EACH = 34;
const STEP_MS = 300_000;

const cleanup = cleanupAfterAll();
let system: Topology;
let url: string;
let opened: Opened;
let page: Page;
let acme: DeviceGroup;
let others: DeviceGroup;

const until = (
  what: string,
  look: () => Promise<boolean>,
  more: { readonly timeout?: number; readonly describe?: () => unknown } = {},
): Promise<boolean> => waitFor(look, { what, timeout: STEP_MS, interval: 250, ...more });
const rest = <T>(path: string): Promise<T> => {
  const { adminToken: token } = system;
  return getJson<T>(`${url}${path}`, token === undefined ? {} : { token });
};
const seatsOfAcme = async (): Promise<Map<string, number>> => (await seats(system)).get(ACME) ?? new Map();
const devicesOn = async (server: string): Promise<number> =>
  (await serverStatuses(system)).find(({ id }) => id === server)?.connections ?? -1;
/** Reports lag behind the servers by a second or two; what a dialog counts is what REST knows. */
const restKnows = (server: string, devices: number): Promise<boolean> =>
  until(`REST to know of ${devices} devices of ${ACME} on ${server}`, async () => {
    const { seats: known } = await rest<OneOrganization>(`/v1/organizations/${ACME}`);
    return known.length === 1 && known[0]?.server === server && known[0].connections === devices;
  });
const view = (name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('link', { name }).click();

beforeAll(async () => {
  system = await startSystem(cleanup, { controlPlanes: 2 });
  url = system.controlPlanes[0]?.addresses.admin ?? '';
  const common = { proxies: system.proxies, keepaliveSeconds: 5 };
  acme = cleanup.own(new DeviceGroup({ organizations: [ACME], each: EACH, ...common }));
  others = cleanup.own(new DeviceGroup({ organizations: organizations(30), ...common }));
  acme.start();
  others.start();
  await Promise.all([acme.allConnected(STEP_MS), others.allConnected(STEP_MS)]);
  await whole(system);
  // Nothing but what the tests do moves anybody.
  await admin(system, 'POST', '/v1/rebalances/pause');
  const chromium = cleanup.own(await Chromium.start());
  opened = await chromium.open(url, { colorScheme: 'dark' });
  page = opened.page;
  if (system.adminToken !== undefined) await signIn(system.adminToken);
}, START_MS + STEP_MS);

/** Whether a move is about this organization, by name or by its slot. */
function isMovedBy({ organization, slots = [] }: Move, name: string): boolean {
  const slot = slotOf(name);
  return organization === undefined
    ? slots.some(([first, last]) => first <= slot && slot <= last)
    : organization === name;
}

/** Where REST asks for a token so does the page, and says when it is not the one. */
async function signIn(token: string): Promise<void> {
  const field = page.getByLabel('Admin token');
  await field.fill('another');
  await field.press('Enter');
  await page.getByRole('alert').getByText('This token is not the one').waitFor();
  await field.fill(token);
  await field.press('Enter');
}

test('what it shows is what REST says', { timeout: STEP_MS }, async () => {
  await view('Overview');
  await page.locator('[data-freshness="live"]').waitFor();
  let seen: object = {};
  await until(
    'the overview to be REST’s',
    async () => {
      const { counts, servers, leader, proxies } = await rest<Overview>('/v1/overview');
      const alive = servers.filter(({ verdict }) => verdict === 'alive').length;
      const tiles = await Promise.all(
        ['devices', 'organizations', 'servers', 'proxies', 'splits', 'leader'].map((name) =>
          tile(page, name),
        ),
      );
      const table = (await rows(page, 'Servers')).map(([id, devices]) => `${id} ${devices}`);
      const shown = [...tiles, ...table].map(String);
      const said = [counts.connections, counts.organizations, `${alive} / ${servers.length}`]
        .concat(`${proxies.filter(({ lag }) => lag === '0').length} / ${proxies.length}`)
        .concat([counts.splitOrganizations, leader ?? 'nobody'] as string[])
        .concat(servers.map(({ id, connections }) => `${id} ${connections}`))
        .map(String);
      seen = { shown, said };
      return String(shown) === String(said);
    },
    { timeout: PATIENCE_MS, describe: () => seen },
  );
  const strip = await page.getByRole('img', { name: /^Slots by server/ }).getAttribute('aria-label');
  const { servers } = await rest<Overview>('/v1/overview');
  for (const { id, slots } of servers) expect(strip).toContain(`${id} ${slots}`);

  await view('Organizations');
  await until('the organizations to be REST’s', async () => {
    const { organizations: said } = await rest<Organizations>('/v1/organizations?sort=size');
    const shown = await rows(page, 'Organizations');
    const words = said.map(({ organization, connections }) => `${organization} ${connections}`);
    return (
      shown.length > 5 &&
      String(shown.map(([name, devices]) => `${name} ${devices}`)) === String(words.slice(0, shown.length))
    );
  });
  await page.keyboard.press('/');
  await page.keyboard.type('org-17');
  await until('the search', async () => {
    const [first, ...more] = await rows(page, 'Organizations');
    return more.length === 0 && first?.[0] === 'org-17';
  });
  // By the keyboard alone: into the table, open, close.
  await rowOf(page, 'Organizations', 'org-17').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').getByRole('heading', { name: 'org-17' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('complementary').waitFor({ state: 'detached' });

  await view('Proxies');
  await until('the proxies', async () => {
    const shown = await rows(page, 'Proxies');
    return (
      String(shown.map(([id, lag]) => [id, lag])) ===
      String(system.proxies.map(({ id }) => [id, 'up to date']))
    );
  });
  expect(opened.complaints).toEqual([]);
});

test('from a split to a drain and back, with the dashboard alone', { timeout: 5 * STEP_MS }, async () => {
  const all = acme.devices.length;
  const old = (await whole(system)).get(ACME) ?? '';
  const target = system.servers.find(({ id }) => id !== old)?.id ?? '';
  // Somebody else has moved it, at a pace that leaves it on two servers for a while.
  await changeSettings(system, { reconnectsPerSecond: 1 });
  await admin(system, 'PUT', `/v1/pins/${ACME}`, { server: target });
  await until(`${ACME} to sit on two servers`, async () => (await seatsOfAcme()).size === 2);

  // Why?
  await view('Splits');
  await rowOf(page, 'Splits', ACME).waitFor();
  await page.getByRole('button', { name: 'Scan now …' }).click();
  await confirm(page.getByRole('dialog'));
  await rowOf(page, 'Splits', ACME).getByText('Its connections are following a move').waitFor();
  await rowOf(page, 'Splits', ACME).click();
  const drawer = page.getByRole('complementary');
  await drawer.getByRole('note', { name: 'Why it is split' }).getByText('Its connections').waitFor();
  await drawer.getByText('its pin', { exact: true }).waitFor();
  await until('both servers to be named', async () => {
    const text = await drawer.locator('.plain-table').innerText();
    return text.includes(old) && text.includes(target);
  });
  await picture(page, 'split');
  await changeSettings(system, { reconnectsPerSecond: 500 });
  await until(`all of ${ACME} on ${target}`, async () => (await seatsOfAcme()).get(target) === all);
  await page.getByText('Every organization is whole').waitFor();

  // Empty the server.
  await view('Overview');
  await rowOf(page, 'Servers', target).click();
  const before = await devicesOn(target);
  await until('the dashboard to know all of them', async () => {
    const { servers } = await rest<Overview>('/v1/overview');
    return servers.find(({ id }) => id === target)?.connections === before;
  });
  const drain = await asked(page, 'Drain …');
  expect(drain.devices).toBe(before);
  await picture(page, 'drain');
  await confirm(drain.dialog);
  await until(`${target} to be empty`, async () => (await devicesOn(target)) === 0);
  await drawer.getByText(`${target} is empty.`).waitFor();
  await rowOf(page, 'Servers', target).getByText('drained').waitFor();
  // They arrive elsewhere, and the dashboard tells where, as the servers themselves do.
  await Promise.all([acme.allConnected(STEP_MS), others.allConnected(STEP_MS)]);
  await until('the servers’ own numbers', async () => {
    const said = new Map((await serverStatuses(system)).map(({ id, connections }) => [id, connections]));
    const shown = await rows(page, 'Servers');
    return shown.length === 3 && shown.every(([id = '', n]) => said.get(id.split(' ')[0]!) === Number(n));
  });
  await page.getByLabel('Events, the last first').getByText(`${target} is to drain`).waitFor();
  await page.keyboard.press('Escape');
  await picture(page, 'dark');
  await page.getByRole('button', { name: /^Theme/ }).click();
  await picture(page, 'light');

  // Take it back: the pin comes into force with the server.
  await restKnows((await whole(system)).get(ACME) ?? '', all);
  await rowOf(page, 'Servers', target).click();
  const undrain = await asked(page, 'Undrain …');
  expect(undrain.devices).toBe(all);
  await confirm(undrain.dialog);
  await until(`${ACME} to be back on ${target}`, async () => (await seatsOfAcme()).get(target) === all);

  // And the pin.
  await restKnows(target, all);
  await view('Organizations');
  await page.getByRole('searchbox', { name: 'Find organizations by name' }).fill(ACME);
  await rowOf(page, 'Organizations', ACME).click();
  const unpin = await asked(page, 'Unpin …');
  const { slots } = await rest<{ slots: [number, number, string][] }>('/v1/assignment?slots');
  const { slot } = await rest<{ slot: number }>(`/v1/organizations/${ACME}`);
  const home = slots.find(([first, last]) => first <= slot && slot <= last)?.[2] ?? '';
  expect(unpin.devices).toBe(home === target ? 0 : all);
  await confirm(unpin.dialog);
  await until(`${ACME} to be on the server of its slot`, async () => (await seatsOfAcme()).get(home) === all);
  await drawer.getByText(`slot ${slot}`).waitFor();
  expect(opened.complaints).toEqual([]);
});

test('a round is made, and one of its moves is taken back', { timeout: 3 * STEP_MS }, async () => {
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  // One server has all of acme, and some others: those are worth moving.
  await changeSettings(system, { balanceThreshold: 1.07 });
  await view('Rebalancing');
  await press('Resume …');
  await confirm(page.getByRole('dialog'));
  await until('something to be worth moving', async () => {
    const { moves } = await rest<PlanView>('/v1/rebalances/preview');
    return moves.some(({ connections }) => connections > 0);
  });
  const last = async (): Promise<RoundView | undefined> =>
    (await rest<Rebalances>('/v1/rebalances')).rounds[0];
  const before = (await last())?.id;
  const apply = await asked(page, 'Rebalance now …');
  expect(apply.devices).toBeGreaterThan(0);
  await confirm(apply.dialog);
  await until('the round that was asked for', async () => {
    const round = await last();
    return round !== undefined && round.id !== before && round.triggers.includes('request');
  });
  await press('Pause …');
  await confirm(page.getByRole('dialog'));

  const round = (await last())!;
  const move = round.moves.find(({ connections }) => connections > 0)!;
  const target = targetOf(move);
  const names = [...new Set(others.devices.map(({ organization }) => organization))].filter((name) =>
    isMovedBy(move, name),
  );
  expect(names.length).toBeGreaterThan(0);
  const areOn = (server: string | null): Promise<boolean> =>
    until(`${names.join(', ')} to be on ${server}`, async () => {
      const found = await seats(system);
      return names.every((name) => String([...(found.get(name)?.keys() ?? [])]) === server);
    });
  await areOn(move.to);
  const undo = await asked(page, `Undo the move of ${target}`);
  expect(undo.devices).toBeGreaterThan(0);
  await confirm(undo.dialog);
  await page.getByText(`undoes ${round.id}`).waitFor();
  await areOn(move.from);
  const { moves } = await rest<RoundView>(`/v1/rebalances/${round.id}`);
  expect(moves.find(({ index }) => index === move.index)?.undone).toBe(true);
  expect(opened.complaints).toEqual([]);
});

test('says that etcd is away, and goes on when it is back', { timeout: 2 * STEP_MS }, async () => {
  const sessions = (): [string, number][] =>
    [...acme.devices, ...others.devices].map(({ id, session }) => [id, session]);
  await view('Overview');
  await page.locator('[data-freshness="live"]').waitFor();
  const [devices, before] = [await tile(page, 'devices'), sessions()];
  await Promise.all(system.etcd.map((member) => member.kill('SIGKILL')));
  const banner = page.getByRole('alert').filter({ hasText: 'etcd is away' });
  await banner.waitFor();
  expect(await banner.innerText()).toContain('Devices stay connected; nothing can be changed now.');
  expect(await tile(page, 'devices')).toBe(devices);
  await rowOf(page, 'Servers', 'server-1').click();
  const drain = page.getByRole('button', { name: 'Drain …' });
  expect(await drain.isDisabled()).toBe(true);

  await Promise.all(system.etcd.map((member) => member.start()));
  await banner.waitFor({ state: 'detached' });
  await until('the drain to be possible', () => drain.isEnabled());
  await page.keyboard.press('Escape');
  // A new term of office begins with what it hears then.
  await until('all devices to be known again', async () => (await tile(page, 'devices')) === devices);
  expect(sessions()).toEqual(before);
  expect(opened.complaints).toEqual([]);
});

test('says so when nobody answers, and goes on when somebody does', { timeout: 2 * STEP_MS }, async () => {
  const [served] = system.controlPlanes;
  await view('Overview');
  await page.locator('[data-freshness="live"]').waitFor();
  const devices = await tile(page, 'devices');
  await served?.kill('SIGKILL');
  const banner = page.getByRole('alert').filter({ hasText: 'No word from the control plane since' });
  await banner.waitFor();
  expect(await banner.innerText()).toMatch(/as of \d\d:\d\d:\d\d, .* old/);
  await page.locator('[data-freshness="lost"]').waitFor();
  // What was known goes on being shown, and nothing can be done.
  expect(await tile(page, 'devices')).toBe(devices);
  await rowOf(page, 'Servers', 'server-1').click();
  expect(await page.getByRole('button', { name: 'Drain …' }).isDisabled()).toBe(true);
  await picture(page, 'lost');

  await served?.start();
  await page.locator('[data-freshness="live"]').waitFor({ timeout: PATIENCE_MS });
  await banner.waitFor({ state: 'detached' });
  await until('the drain to be possible', () => page.getByRole('button', { name: 'Drain …' }).isEnabled());
  expect(opened.complaints).toEqual([]);
});
