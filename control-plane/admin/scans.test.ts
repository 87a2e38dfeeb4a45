import request from 'supertest';
import { expect, it } from 'vitest';
import type { ScanRecord } from '../model/index.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const record: ScanRecord = {
  at: 1_700_000_000_000,
  by: 'self',
  trigger: 'time',
  found: [
    {
      organization: 'acme',
      slot: 7,
      servers: [{ server: 'b', connections: 2, proxies: ['p'], proxiesLeft: 0 }],
      assigned: 'a',
      why: 'partition',
      action: 'wait',
      detail: 'p has not reached a for 3 s',
    },
  ],
  unnamed: 0,
  ordered: 0,
  healed: 1,
  left: { partition: 1 },
  missing: [],
};

it('shows the records of the scans, and takes the order for another', async () => {
  const replica = new TestReplica();
  replica.scanRecords.push(record);
  const app = adminApp(replica.context());
  const { body } = await request(app).get('/v1/scans');
  expect(body).toEqual({ scans: [{ ...record, at: '2023-11-14T22:13:20.000Z' }] });
  const { status } = await request(app).post('/v1/scans');
  expect(status).toBe(202);
  expect(replica.asked).toEqual(['request']);
  expect((await request(app).delete('/v1/scans')).status).toBe(405);
});

it('hands the order on to the leader, and says so where there is none', async () => {
  const leader = new TestReplica();
  const server = adminApp(leader.context({ id: 'leader' })).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const other = new TestReplica();
    other.leads = false;
    other.leader = { id: 'leader', admin: { host: '127.0.0.1', port } };
    const answer = await request(adminApp(other.context())).post('/v1/scans');
    expect(answer.status).toBe(202);
    expect(leader.asked).toEqual(['request']);
    expect(other.asked).toEqual([]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  const early = adminApp(new TestReplica().context({ scans: () => undefined }));
  expect((await request(early).get('/v1/scans')).status).toBe(503);
});
