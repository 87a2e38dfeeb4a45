import { Validator } from '@seriousme/openapi-schema-validator';
import type { Router } from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { adminApis, adminApp } from './app.ts';
import { codesOf } from './openapi.ts';
import type { Api } from './resource.ts';
import { METHODS } from './resource.ts';
import { TestReplica } from './testing.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, object>>;
}

async function document(): Promise<Document> {
  const answer = await request(adminApp(new TestReplica().context())).get('/openapi.json');
  expect(answer.status).toBe(200);
  return answer.body as Document;
}

/** What express itself would serve. */
function routesOf({ router }: Api): string[] {
  const layers = (
    router as Router & {
      stack: { route?: { path: string; methods: object; stack: { method?: string }[] } }[];
    }
  ).stack;
  return layers.flatMap(({ route }) =>
    (route?.stack ?? []).flatMap(({ method }) =>
      method === undefined ? [] : [`${method} ${route!.path.replaceAll(/:(\w+)/g, '{$1}')}`],
    ),
  );
}

it('is an OpenAPI 3.1 document', async () => {
  const found = await document();
  expect(found.openapi).toBe('3.1.0');
  const result = await new Validator().validate(found as never);
  expect(result.valid, JSON.stringify(result.errors)).toBe(true);
});

it('has every route of the application, and no other', async () => {
  const { paths } = await document();
  const described = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => `${method} ${path}`),
  );
  const { open, guarded } = adminApis(new TestReplica().context());
  const served = [...routesOf(open), ...routesOf(guarded)];
  expect(served.length).toBeGreaterThan(30);
  expect(described.sort()).toEqual(served.sort());
});

it('names every part of every path, and gives every operation an id of its own', async () => {
  const { paths } = await document();
  const ids: string[] = [];
  for (const [path, item] of Object.entries(paths)) {
    const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { operationId, parameters = [] } of Object.values(item)) {
      ids.push(operationId);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(parts);
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
});

it('every reference leads somewhere', async () => {
  const found = await document();
  const names = [...JSON.stringify(found).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(Object.keys(found.components.schemas)).toContain(name);
});

it('every operation says with which codes it may fail; writes with 412, what the leader knows with 502 and 503', () => {
  const { open, guarded } = adminApis(new TestReplica().context());
  for (const { operation } of [...open.described, ...guarded.described]) {
    const codes = codesOf(operation);
    expect(codes).toContain('COHORT_INTERNAL');
    if (operation.isWrite === true) expect(codes).toContain('COHORT_PRECONDITION_FAILED');
    if (operation.atLeader !== undefined) expect(codes).toContain('COHORT_LEADER_UNKNOWN');
  }
});

it('is shown to people on one page that loads nothing, and needs no token', async () => {
  const app = adminApp(new TestReplica().context({ token: 'a-token-of-sixteen-characters' }));
  expect((await request(app).get('/openapi.json')).status).toBe(200);
  const { status, text, headers } = await request(app).get('/docs');
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('text/html');
  expect(text).toContain('/v1/organizations/{organization}');
  expect(text).not.toMatch(/<script|src=|https?:\/\/(?!json-schema)/);
});
