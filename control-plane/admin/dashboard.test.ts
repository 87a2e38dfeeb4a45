import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import request from 'supertest';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const FILES = ['index.html', 'dashboard.js', 'dashboard.css', 'icon.svg'];
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cohort-dashboard-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function app(): ReturnType<typeof adminApp> {
  const dashboard = pathToFileURL(`${directory}/`);
  return adminApp(new TestReplica().context({ token: 'a-token-of-sixteen-characters', dashboard }));
}

it('needs no token, loads nothing from elsewhere, and is sent again only when it has changed', async () => {
  for (const file of FILES) writeFileSync(join(directory, file), `this is ${file}`);
  const served = app();
  const types = { '/': 'text/html', '/dashboard.js': 'text/javascript', '/dashboard.css': 'text/css' };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await request(served).get(path);
    expect([path, status]).toEqual([path, 200]);
    expect(headers['content-type']).toContain(type);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    const again = await request(served).get(path).set('if-none-match', headers['etag']!);
    expect([again.status, again.text]).toEqual([304, '']);
  }
  expect((await request(served).get('/dashboard.svg')).status).toBe(200);
  expect((await request(served).get('/v1/overview')).status).toBe(401);
});

it('says how it is built where it has not been', async () => {
  const { status, text } = await request(app()).get('/');
  expect(status).toBe(404);
  expect(text).toContain('npm run build:commands');
});
