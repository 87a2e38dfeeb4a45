import request from 'supertest';
import { expect, it } from 'vitest';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

it('admits organizations by name, lists them, and lets them go', async () => {
  const replica = new TestReplica({});
  const app = adminApp(replica.context());
  expect((await request(app).get('/v1/admissions')).body).toEqual({ admissions: [], total: 0, next: null });

  const created = await request(app).put('/v1/admissions/a%2Fc');
  expect([created.status, created.body]).toEqual([201, { organization: 'a/c' }]);
  expect(replica.state.organizations.get('a/c')?.value).toEqual({ organization: 'a/c' });
  const again = await request(app).put('/v1/admissions/a%2Fc');
  expect(again.status).toBe(200);
  await request(app).put('/v1/admissions/beta').expect(201);

  const etag = again.headers['etag'];
  const { body } = await request(app).get('/v1/admissions?prefix=a');
  expect(body).toEqual({ admissions: [{ organization: 'a/c', etag }], total: 1, next: null });
  expect((await request(app).get('/v1/admissions/a%2Fc')).body).toEqual({ organization: 'a/c', etag });

  await request(app).delete('/v1/admissions/a%2Fc').set('if-match', '"1"').expect(412);
  expect(replica.state.organizations.has('a/c')).toBe(true);
  await request(app).delete('/v1/admissions/a%2Fc').set('if-match', String(etag)).expect(204);
  expect([...replica.state.organizations.keys()]).toEqual(['beta']);
});

it('says which organization is not admitted', async () => {
  const app = adminApp(new TestReplica({}).context());
  for (const method of ['get', 'delete'] as const) {
    const { status, body } = await request(app)[method]('/v1/admissions/acme');
    expect([status, body]).toMatchObject([
      404,
      { code: 'COHORT_ADMISSION_NOT_FOUND', detail: 'acme is not admitted by name' },
    ]);
  }
  expect((await request(app).put(`/v1/admissions/${'x'.repeat(300)}`)).status).toBe(400);
});
