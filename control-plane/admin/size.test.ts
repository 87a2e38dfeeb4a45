import request from 'supertest';
import { expect, it } from 'vitest';
import { adminApp } from './app.ts';
import { largeReplica, ORGANIZATIONS, PROXIES, SERVERS } from './testing-size.ts';

/** Milliseconds of processor time that an answer may take; measured are a tenth of it, or less. */
const MOST_MS = 3_000;

it('answers with 1,000 servers and 100,000 organizations within moments', { timeout: 300_000 }, async () => {
  const made = largeReplica();
  const app = adminApp(made.context({ checkAnswers: false }));
  const measured: string[] = [];
  const get = async (path: string): Promise<Record<string, unknown>> => {
    // The first answer of a kind makes what the others use.
    await request(app).get(path);
    const before = process.cpuUsage();
    const { status, body, text } = await request(app).get(path);
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1_000;
    measured.push(`${path}: ${ms.toFixed(0)} ms, ${(text.length / 1024).toFixed(0)} KiB`);
    expect(status).toBe(200);
    expect(ms).toBeLessThan(MOST_MS);
    return body as Record<string, unknown>;
  };
  const overview = await get('/v1/overview?slots');
  expect(overview).toMatchObject({
    counts: { servers: SERVERS, organizations: ORGANIZATIONS, proxies: PROXIES },
  });
  const largest = (await get('/v1/organizations?sort=size&limit=100')) as {
    organizations: { organization: string }[];
  };
  expect(largest.organizations[0]).toMatchObject({ organization: 'organization-000000' });
  expect(await get('/v1/organizations?contains=9999')).toMatchObject({ total: 19 });
  expect(await get('/v1/organizations?prefix=organization-09&limit=1000')).toMatchObject({ total: 10_000 });
  expect(await get('/v1/organizations?split=true')).toMatchObject({ total: expect.any(Number) as number });
  await get('/v1/organizations/organization-050000');
  expect(await get('/v1/servers?limit=1000')).toMatchObject({ total: SERVERS, next: null });
  await get('/v1/splits?limit=1000');
  await get('/v1/assignment?slots');
  console.log(`measured: processor time, client included\n  ${measured.join('\n  ')}`);
});
