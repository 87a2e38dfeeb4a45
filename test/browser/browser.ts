/** A real Chromium, and the dashboard in it as a person uses it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { findClients } from '../../scripts/clients.mjs';
import { ROOT } from '../../protocol-filters/compile.ts';

/** Milliseconds that anything on the page may take. */
export const PATIENCE_MS = 120_000;

export interface Opened {
  readonly page: Page;
  /** What the page has complained of, such as a broken policy. */
  readonly complaints: string[];
}

export class Chromium {
  private constructor(private readonly browser: Browser) {}

  /** @throws Error where there is none: a dashboard that nobody has looked at is not tested */
  static async start(): Promise<Chromium> {
    const { chromium: found, missing } = await findClients();
    if (found === null) throw new Error(`no browser: ${missing.join('; ')}`);
    // In a container or as root its sandbox cannot be had; it loads nothing but our own page.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    return new Chromium(await chromium.launch({ executablePath: found.browser, args, timeout: PATIENCE_MS }));
  }

  async open(url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Opened> {
    const page = await this.browser.newPage({ viewport: { width: 1440, height: 940 }, ...options });
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('console', (message) => {
      // That nobody answers is the page's own affair, and is shown.
      const isNetwork = /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/.test(
        message.text(),
      );
      if (message.type() === 'error' && !isNetwork) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    return { page, complaints };
  }

  stop(): Promise<void> {
    return this.browser.close();
  }
}

/** What a tile of the overview says. */
export async function tile(page: Page, name: string): Promise<string> {
  return (await page.locator(`[data-tile="${name}"] .tile-value`).innerText()).trim();
}

/** The cells of all rows that show, in the order of a table's columns. */
export async function rows(page: Page, table: string): Promise<string[][]> {
  const grid = page.getByRole('grid', { name: table, exact: true }).first();
  const found = await grid.locator('.sizer > .row').all();
  const texts = await Promise.all(
    found.map(async (row) => ({
      // One that goes meanwhile is not waited for: whoever asks looks again.
      index: Number(await row.getAttribute('aria-rowindex', { timeout: 2_000 })),
      cells: await row.locator('.cell').allInnerTexts(),
    })),
  );
  return texts
    .sort((a, b) => a.index - b.index)
    .map(({ cells }) => cells.map((cell) => cell.replace(/\s+/g, ' ').trim()));
}

/** The row of a table that begins so. */
export function rowOf(page: Page, table: string, name: string): Locator {
  return page
    .getByRole('grid', { name: table, exact: true })
    .first()
    .locator('.sizer > .row')
    .filter({ has: page.locator('.cell:first-child .text', { hasText: new RegExp(`^${name}$`) }) });
}

/** Presses the button that asks, and hands over the dialog once it says how many devices it is about. */
export async function asked(page: Page, button: string): Promise<{ devices: number; dialog: Locator }> {
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog');
  const devices = Number((await dialog.locator('.count strong').innerText()).replaceAll(',', ''));
  return { devices, dialog };
}

/** Presses the dialog's button that does it. */
export async function confirm(dialog: Locator): Promise<void> {
  await dialog.locator('.buttons button').last().click();
  await dialog.waitFor({ state: 'detached' });
}

/** For the docs: `docs/pictures/dashboard-<name>.png`, with COHORT_WRITE_OBSERVED=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.COHORT_WRITE_OBSERVED !== '1') return;
  const directory = join(ROOT, 'docs/pictures');
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `dashboard-${name}.png`) });
}
