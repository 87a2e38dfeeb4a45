/** One path and what can be done with it. */
import type { Request, RequestHandler, Response, Router } from 'express';
import { CohortError } from '../errors.ts';

export type Handler = (request: Request, response: Response) => void | Promise<void>;
export type Methods = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Handler>>;

/** Adds a path to the router. Methods that it does not have are answered 405. */
export function resource(router: Router, path: string, methods: Methods): void {
  const route = router.route(path);
  for (const [method, handler] of Object.entries(methods)) {
    const run: RequestHandler = (request, response) => handler(request, response);
    route[method as keyof Methods](run);
  }
  const names = Object.keys(methods).map((method) => method.toUpperCase());
  const allowed = ['get' in methods ? ['HEAD'] : [], names].flat().join(', ');
  route.all((request, response) => {
    response.setHeader('allow', allowed);
    throw new CohortError('COHORT_METHOD_NOT_ALLOWED', `${request.method} is none of ${allowed}`);
  });
}

/** A part of the path; express has decoded it. */
export function param(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
