import * as grpc from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { cleanupAfterTest } from './cleanup-hooks.ts';
import { GrpcServer } from './grpc.ts';
import { ReportsServer } from './reports.ts';

const identity = (bytes: Buffer): Buffer => bytes;

function call(path: string, bytes: Buffer, client: grpc.Client): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, identity, identity, bytes, (error, answer) =>
      error ? reject(error) : resolve(answer ?? Buffer.alloc(0)),
    );
  });
}

test('a report arrives byte for byte and is answered or refused as scripted', async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(new GrpcServer());
  const reports = new ReportsServer(server);
  const port = await server.listen();
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  cleanup.defer('the gRPC client', () => client.close());
  reports.answer((request) => Buffer.concat([request, Buffer.from([0xff])]));
  const sent = Buffer.from([0, 1, 2]);
  expect(await call(reports.path, sent, client)).toEqual(Buffer.from([0, 1, 2, 0xff]));
  const report = await reports.waitForReport();
  expect(report.bytes).toEqual(sent);
  expect(report.metadata['user-agent']).toContain('grpc-node-js');
  reports.fail(grpc.status.RESOURCE_EXHAUSTED, 'slow down');
  await expect(call(reports.path, sent, client)).rejects.toMatchObject({ code: 8, details: 'slow down' });
  reports.answer(Buffer.from('ok'));
  expect((await call(reports.path, sent, client)).toString()).toBe('ok');
  expect(reports.reports).toHaveLength(3);
});
