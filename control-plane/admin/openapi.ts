/** The OpenAPI 3.1 document, made from the schemas that check the requests. */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { changeSchema } from './changes.ts';
import type { Operation } from './operation.ts';
import type { Described } from './resource.ts';
import { STALE_HEADER } from './stale.ts';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

const problemSchema = z
  .looseObject({
    type: z.string().describe('`urn:cohort:problem:` and the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened this time.'),
    code: z.enum(CODES).describe('Stable: programs may branch on it.'),
    remedy: z.string().describe('What to do about it.'),
    errors: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .optional()
      .describe('What is wrong with the request: where, as a JSON pointer, and why.'),
    etag: z.string().nullable().optional().describe('Of what is there now.'),
    changes: z
      .array(changeSchema)
      .optional()
      .describe('What has changed since the revision that If-Match names.'),
    devices: z.int().optional().describe('How many devices a refused change would concern.'),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** Any operation may be answered with these. */
const ALWAYS: readonly ErrorCode[] = ['COHORT_INTERNAL', 'COHORT_REQUEST_INVALID'];
const WITH_TOKEN: readonly ErrorCode[] = ['COHORT_UNAUTHORIZED'];
const READS: readonly ErrorCode[] = ['COHORT_NOT_READY'];
const AT_LEADER: readonly ErrorCode[] = ['COHORT_LEADER_UNKNOWN', 'COHORT_LEADER_UNREACHABLE'];
const BODY: readonly ErrorCode[] = ['COHORT_REQUEST_TYPE', 'COHORT_REQUEST_TOO_LARGE'];
const WRITES: readonly ErrorCode[] = [
  'COHORT_PRECONDITION_FAILED',
  'COHORT_STORE_CONFLICT',
  'COHORT_STORE_UNAVAILABLE',
  'COHORT_STORE_FULL',
  'COHORT_STORE_REFUSED',
  'COHORT_STORE_FAILED',
];

/** Codes that an operation may answer with, in the order of the table. */
export function codesOf(operation: Operation): ErrorCode[] {
  const codes = new Set([
    ...ALWAYS,
    ...(operation.isPublic === true ? [] : WITH_TOKEN),
    ...(operation.isPublic === true ? [] : READS),
    ...((operation.atLeader ?? false) !== false ? AT_LEADER : []),
    ...(operation.body === undefined ? [] : BODY),
    ...(operation.isWrite === true ? WRITES : []),
    ...(operation.query !== undefined && 'force' in operation.query ? AT_LEADER : []),
    ...(operation.errors ?? []),
  ]);
  return CODES.filter((code) => codes.has(code));
}

/** Of everything that a router serves. */
export function openApiDocument(described: readonly Described[], version: string): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'Needed where the control planes were given a token.',
  });
  for (const one of described) registry.registerPath(routeOf(one));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Cohort',
      version,
      description:
        'Keeps every organization’s devices together on one server. Any replica of the control plane answers; what only the leader knows is fetched from it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This replica' }],
    tags: [...new Set(described.map(({ path }) => tagOf(path)))].map((name) => ({ name })),
  });
}

function tagOf(path: string): string {
  const [, first = '', second] = path.split('/');
  return first === 'v1' && second !== undefined ? second : 'probes';
}

/** `getServersId`: unique, and the same in every version. */
function operationId({ method, path }: Described): string {
  const words = path
    .replace(/^\/v1/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

const etagHeader = { ETag: { schema: { type: 'string' as const }, description: 'For If-Match of a write.' } };
const staleHeader = {
  [STALE_HEADER]: {
    schema: { type: 'string' as const, enum: ['true'] },
    description: 'Only there while etcd is away: the answer is what was known last.',
  },
};

function routeOf(described: Described): RouteConfig {
  const { method, path, operation } = described;
  const { summary, description, params, query, body, isWrite, isPublic } = operation;
  const answers = Object.entries(operation.answers).map(([status, answer]) => {
    const { schema, contentType = 'application/json' } = answer;
    const content = schema ?? (answer.contentType === undefined ? undefined : z.string());
    return [
      status,
      {
        description: answer.description,
        ...(content === undefined ? {} : { content: { [contentType]: { schema: content } } }),
        headers: {
          ...(isWrite === true || (params !== undefined && method === 'get') ? etagHeader : {}),
          ...(method === 'get' && schema !== undefined ? staleHeader : {}),
        },
      },
    ] as const;
  });
  return {
    method,
    path,
    operationId: operationId(described),
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tagOf(path)],
    ...(isPublic === true ? { security: [] } : { security: [{ token: [] }, {}] }),
    request: {
      ...(params === undefined ? {} : { params: z.object(params) }),
      ...(query === undefined ? {} : { query: z.object(query) }),
      ...(isWrite === true ? { headers: z.object(preconditions) } : {}),
      ...(body === undefined
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...Object.fromEntries(answers), ...problems(codesOf(operation)) },
  };
}

const preconditions = {
  'If-Match': z.string().optional().describe('An ETag: 412 if what is there is another one.'),
  'If-None-Match': z.string().optional().describe('`*`: 412 if there is one.'),
};

/** By status: which codes may come with it. */
function problems(codes: readonly ErrorCode[]): RouteConfig['responses'] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `${code}: ${ERRORS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
