/** Paths and what can be done with them: requests are checked, handlers run, answers sent. */
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import { WRITTEN, type Answer, type Operation } from './operation.ts';
import { etag, parse, readBody } from './request.ts';
import { markStale } from './stale.ts';
import { handOnUnlessLeader } from './to-leader.ts';

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];
export type Methods = Partial<Record<Method, Operation>>;

/** An operation and where it is. */
export interface Described {
  readonly method: Method;
  /** With its parts in braces, as OpenAPI writes it: `/v1/servers/{id}`. */
  readonly path: string;
  readonly operation: Operation;
}

/** A router that knows what it serves. */
export class Api {
  readonly router = Router({ caseSensitive: true, strict: true });
  readonly described: Described[] = [];

  constructor(private readonly context: AdminContext) {}

  /** Adds a path, its parts in braces. Methods that it does not have are answered 405. */
  resource(path: string, methods: Methods): void {
    const route = this.router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    const names: string[] = [];
    for (const method of METHODS) {
      const operation = methods[method];
      if (operation === undefined) continue;
      names.push(method.toUpperCase());
      this.described.push({ method, path, operation });
      route[method](this.runner(operation));
    }
    const allowed = ['get' in methods ? ['HEAD'] : [], names].flat().join(', ');
    route.all((request, response) => {
      response.setHeader('allow', allowed);
      throw new CohortError('COHORT_METHOD_NOT_ALLOWED', `${request.method} is none of ${allowed}`);
    });
  }

  private runner(operation: Operation): RequestHandler {
    const params = z.object(operation.params ?? {});
    const query = z.strictObject(operation.query ?? {});
    return async (request, response) => {
      const input = {
        params: parse(params, request.params, 'the path'),
        query: parse(query, request.query, 'the query'),
        body: operation.body === undefined ? undefined : readBody(request, operation.body),
        request,
        response,
      };
      const { atLeader = false } = operation;
      const isHere = atLeader === 'or here' && !this.context.leader.isLeader && this.context.hearsItself();
      if (atLeader !== false && !isHere) {
        const timeoutMs = operation.handOnMs?.(input.query);
        const options = timeoutMs === undefined ? {} : { timeoutMs };
        if (await handOnUnlessLeader(this.context, request, response, options)) return;
      }
      const answer = await operation.handle(input);
      if (answer !== WRITTEN) this.send(operation, answer, request, response);
    };
  }

  private send(operation: Operation, answer: Answer, request: Request, response: Response): void {
    const { status = 200, revision, location, body } = answer;
    response.status(status);
    if (revision !== undefined) response.setHeader('etag', etag(revision));
    if (location !== undefined) response.location(location);
    if (body === undefined) {
      response.end();
      return;
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const marked = isRead ? markStale(this.context, response, body) : body;
    if (this.context.checkAnswers === true) checkAnswer(operation, status, marked);
    response.json(marked);
  }
}

/** @throws Error where an answer is not what the document says */
function checkAnswer({ answers, summary }: Operation, status: number, body: object): void {
  const schema = answers[status]?.schema;
  if (schema === undefined) throw new Error(`${summary}: an answer of ${status} is not described`);
  const checked = schema.safeParse(JSON.parse(JSON.stringify(body)));
  if (!checked.success)
    throw new Error(`${summary}: the answer is not as described: ${checked.error.message}`);
}
