/** `/openapi.json` and `/docs`. The same in every installation: they tell nothing that needs a token. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import { operation, WRITTEN } from './operation.ts';
import type { Api, Described } from './resource.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** @param described everything that is served, asked for when the document is made first */
export function documentRoutes(api: Api, described: () => readonly Described[]): void {
  let json: object | undefined;
  let page: string | undefined;
  const document = (): ReturnType<typeof openApiDocument> => openApiDocument(described(), version);
  api.resource('/openapi.json', {
    get: operation({
      summary: 'This document',
      answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
      isPublic: true,
      handle: ({ response }) => {
        response.json((json ??= document()));
        return WRITTEN;
      },
    }),
  });
  api.resource('/docs', {
    get: operation({
      summary: 'This document for people',
      answers: { 200: { description: 'A page', contentType: 'text/html' } },
      isPublic: true,
      handle: ({ response }) => {
        response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
        response.type('html').send((page ??= docsPage(document())));
        return WRITTEN;
      },
    }),
  });
}
