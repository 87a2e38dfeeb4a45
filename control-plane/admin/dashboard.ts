/** `/`: the dashboard. Its files hold no secret and need no token: what they show is asked of REST, which does. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Router, type Request, type Response } from 'express';
import { CohortError } from '../errors.ts';

/** Where the bundling puts it (`scripts/bundle`). */
const BUILT = new URL('../../build/dashboard/', import.meta.url);

/** Path → file and media type. */
const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/dashboard.js': ['dashboard.js', 'text/javascript; charset=utf-8'],
  '/dashboard.css': ['dashboard.css', 'text/css; charset=utf-8'],
  '/dashboard.svg': ['icon.svg', 'image/svg+xml'],
} as const;

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Asked for anew each time, answered in full only where it has changed: no page of an older release.
  'cache-control': 'no-cache',
};

interface Asset {
  readonly body: Buffer;
  readonly etag: string;
}

/** @param directory with the files. They are read when they are asked for first. */
export function dashboardRoutes(directory: URL = BUILT): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const kept = new Map<string, Asset>();
  for (const [path, [file, type]] of Object.entries(FILES)) {
    router.get(path, (request: Request, response: Response) => {
      const asset = kept.get(file) ?? read(new URL(file, directory));
      kept.set(file, asset);
      response.set(HEADERS).set('etag', asset.etag);
      if (request.headers['if-none-match'] === asset.etag) response.status(304).end();
      else response.set('content-type', type).end(asset.body);
    });
  }
  return router;
}

/** @throws CohortError COHORT_NOT_FOUND where the dashboard has not been built */
function read(file: URL): Asset {
  try {
    const body = readFileSync(file);
    return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
  } catch (error) {
    const message = 'the dashboard has not been built: `npm run build:commands` does that';
    throw new CohortError('COHORT_NOT_FOUND', message, { cause: error });
  }
}
