/**
 * The dashboard with 1,000 servers and 100,000 organizations: the real REST interface over a fleet in memory, in a real
 * Chromium. Only what shows is drawn, and scrolling does not stutter.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { adminApp } from '../../control-plane/admin/app.ts';
import { largeReplica, ORGANIZATIONS } from '../../control-plane/admin/testing-size.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { Chromium, rows, tile } from './browser.ts';

/** Elements of the whole page: what shows of a view, whatever there is. Measured: 740. */
const MOST_ELEMENTS = 2_000;
/** Milliseconds of the middle one of the frames while it scrolls. Measured: 17, on two busy cores. */
const MOST_FRAME_MS = 100;
const TIMEOUT_MS = 600_000;
const TOKEN = 'a-token-of-sixteen-characters';

const elements = (page: Page): Promise<number> => page.evaluate('document.querySelectorAll("*").length');

/** Scrolls the first table of the page by so many pixels in each frame. @returns lengths of the frames, sorted */
function scroll(page: Page, table: string, frames: number, step: number): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const scroller = document.querySelector('[role=grid][aria-label=${table}] .scroller');
    const took = [];
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      took.push(now - last);
      last = now;
      scroller.scrollTop += ${step};
      if (took.length < ${frames}) requestAnimationFrame(frame);
      else resolve(took.slice(1).sort((a, b) => a - b));
    };
    requestAnimationFrame(frame);
  })`);
}

test('draws what shows of 1,000 servers and 100,000 organizations', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const made = largeReplica();
  const server = createServer(adminApp(made.context({ checkAnswers: false, token: TOKEN })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.defer('REST', () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const chromium = cleanup.own(await Chromium.start());
  const { page, complaints } = await chromium.open(url);
  // The page itself needs no token; what it shows does.
  for (const token of ['a-token-of-somebody-else', TOKEN]) {
    await page.getByLabel('Admin token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    if (token !== TOKEN) await page.getByText('This token is not the one.').waitFor();
  }
  const began = performance.now();
  await page.locator('[data-tile="organizations"]').waitFor();
  expect(await tile(page, 'organizations')).toBe('100,000');
  await page.getByRole('grid', { name: 'Servers' }).getByText('server-0000').waitFor();
  const drawn = performance.now() - began;
  const measured = [`the overview after ${drawn.toFixed(0)} ms, ${await elements(page)} elements`];
  expect(await elements(page)).toBeLessThan(MOST_ELEMENTS);

  const report = async (table: string, step: number): Promise<void> => {
    const took = await scroll(page, table, 120, step);
    const [middle, worst] = [took[Math.floor(took.length / 2)]!, took.at(-1)!];
    measured.push(
      `${table}: frames of ${middle.toFixed(0)} ms, the longest ${worst.toFixed(0)} ms, ${await elements(page)} elements`,
    );
    expect(middle).toBeLessThan(MOST_FRAME_MS);
    expect(await elements(page)).toBeLessThan(MOST_ELEMENTS);
  };
  await report('Servers', 170);

  await page.getByRole('navigation').getByRole('link', { name: 'Organizations' }).click();
  await page.getByRole('grid', { name: 'Organizations' }).getByText('organization-000000').waitFor();
  await report('Organizations', 100);

  // From the first to the last, by a key: the pages between are read, and not drawn.
  const jumped = performance.now();
  await page.locator('[aria-label="Organizations"] .sizer > .row').first().focus();
  await page.keyboard.press('End');
  const last = page.locator(`[aria-rowindex="${ORGANIZATIONS + 1}"] .text`);
  await last.first().waitFor({ timeout: 300_000 });
  measured.push(
    `the last of ${ORGANIZATIONS} organizations after ${(performance.now() - jumped).toFixed(0)} ms`,
  );
  expect((await rows(page, 'Organizations')).at(-1)?.[1]).toBe('1');
  expect(await elements(page)).toBeLessThan(MOST_ELEMENTS);
  expect(complaints).toEqual([]);
  console.log(`measured:\n  ${measured.join('\n  ')}`);
});
