/**
 * What clients were seen to do, as tables in `docs/protocols.md`: a test that has seen something else fails, and with
 * COHORT_WRITE_OBSERVED=1 writes what it saw.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Told } from './client.ts';

const FILE = fileURLToPath(new URL('../../docs/protocols.md', import.meta.url));
const HEAD = ['Client', 'Protocol', 'Organization from', 'Redirect', 'What the client shows', 'What it does'];

export interface Observation {
  readonly client: string;
  readonly protocol: string;
  readonly source: string;
  /** What the proxy, or the greeter, sends. */
  readonly redirect: string;
  readonly shows: string;
  readonly does: string;
}

/** Holds the document's table of this name to what was seen. */
export function expectDocumented(table: string, observations: readonly Observation[]): void {
  const rows = observations.map(({ client, protocol, source, redirect, shows, does }) => [
    client,
    protocol,
    source,
    redirect,
    shows,
    does,
  ]);
  const lines = [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const text = readFileSync(FILE, 'utf8');
  const [start, end] = [`<!-- observed: ${table} -->\n`, `<!-- end: ${table} -->`];
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end);
  if (from < start.length || to < from) throw new Error(`docs/protocols.md has no table "${table}"`);
  const seen = `${lines.join('\n')}\n`;
  if (process.env.COHORT_WRITE_OBSERVED === '1' && text.slice(from, to) !== seen) {
    writeFileSync(FILE, text.slice(0, from) + seen + text.slice(to));
    return;
  }
  expect(text.slice(from, to), 'docs/protocols.md: write it anew with COHORT_WRITE_OBSERVED=1').toBe(seen);
}

/** In the words of the table: the redirect that a client handed over, or how it saw the end. */
export function shown(told: readonly Told[]): string {
  const redirect = told.find(({ event }) => event === 'redirect');
  if (redirect?.event === 'redirect') return list(redirect);
  const ended = told.find(({ event }) => event === 'ended');
  const detail = ended === undefined ? '' : list(ended);
  return detail === '' ? 'an end of the connection' : `an end of the connection: ${detail}`;
}

function list({ event: _, ...detail }: Told): string {
  return Object.entries(detail)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => `${name} ${worded(name, value)}`)
    .join(', ');
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function worded(name: string, value: unknown): string {
  if (name === 'reasonCode' && typeof value === 'number' && value > 0x7f) return `0x${value.toString(16)}`;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** What brought it back: its own loop, a supervisor that saw it end, or the application around the library. */
export function cameBack(told: readonly Told[], byApplication: boolean): string {
  const exited = told.find(({ event }) => event === 'exited');
  if (exited?.event === 'exited') return `ends with exit code ${exited.code}; its supervisor starts it again`;
  return byApplication ? 'leaves it to the application, which connects again' : 'comes back by itself';
}
