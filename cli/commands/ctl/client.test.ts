import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Authority } from '../../../control-plane/certificates/authority.ts';
import { Client } from './client.ts';
import type { CtlFailure } from './failure.ts';

const started: Server[] = [];
afterEach(() => {
  for (const server of started.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  started.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const plainServer = async (listener: RequestListener): Promise<URL> =>
  new URL(`http://127.0.0.1:${await listening(createServer(listener))}`);

const client = (servers: URL[], rest: { token?: string; ca?: Buffer } = {}): Client =>
  new Client({ servers, token: rest.token, ca: rest.ca });

async function failure(done: Promise<unknown>): Promise<CtlFailure> {
  return done.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as CtlFailure,
  );
}

const NOBODY = new URL('http://127.0.0.1:1');

it('asks the next where one does not answer, shows the token, and sends JSON', async () => {
  const seen: unknown[] = [];
  const url = await plainServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers;
      seen.push([request.method, request.url, authorization, type, text]);
      response.setHeader('content-type', 'application/json').setHeader('etag', '"5"').end('{"a":1}');
    });
  });
  const answer = await client([NOBODY, new URL('/below', url)], { token: 'secret' }).ask('put', '/v1/x', {
    query: { q: 'a b' },
    body: { b: 2 },
  });
  expect(answer).toMatchObject({ status: 200, etag: '"5"', body: { a: 1 }, isStale: false });
  expect(seen).toEqual([['PUT', '/below/v1/x?q=a+b', 'Bearer secret', 'application/json', '{"b":2}']]);
});

it('says who does not answer', async () => {
  const { exit, problem } = await failure(client([NOBODY]).ask('get', '/'));
  expect([exit, problem.code]).toEqual(['UNAVAILABLE', 'COHORT_CTL_UNREACHABLE']);
  expect(problem.detail).toContain('127.0.0.1:1');
});

it('gives up on silence', async () => {
  const url = await plainServer(() => undefined);
  const { problem } = await failure(client([url]).ask('get', '/', { patienceMs: 50 }));
  expect(problem.detail).toContain('no answer within 50 ms');
});

it('what answers without problem details is no control plane', async () => {
  const url = await plainServer((_request, response) => response.writeHead(404).end('<html>'));
  const { exit, problem } = await failure(client([url]).ask('get', '/'));
  expect([exit, problem.code]).toEqual(['NOT_FOUND', 'COHORT_CTL_ANSWER']);
});

it('speaks TLS with an authority of its own, and with no other', async () => {
  const authority = await Authority.create();
  const { certificate, privateKey } = await authority.issue('admin', { ip: ['127.0.0.1'] });
  const server = createSecureServer({ cert: certificate, key: privateKey }, (_request, response) =>
    response.end(),
  );
  const url = new URL(`https://127.0.0.1:${await listening(server)}`);
  const ca = Buffer.from(authority.pair.certificate);
  expect((await client([url], { ca }).ask('get', '/')).status).toBe(200);
  expect((await failure(client([url]).ask('get', '/'))).problem.detail).toMatch(/certificate/);
});
