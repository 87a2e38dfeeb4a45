/**
 * One method of one path: what it takes, what it answers, and who does it. The same schemas check the request and make
 * the OpenAPI document (`openapi.ts`); tests hold the answers to them as well.
 */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Revision } from '../store/store.ts';

/** What a handler gives back; the rest is the same everywhere. */
export interface Answer {
  /** Default 200. */
  readonly status?: number;
  /** The revision of what is answered: its ETag. */
  readonly revision?: Revision;
  readonly location?: string;
  /** An object in JSON. Left out: there is none. */
  readonly body?: object;
}

/** The handler has written, or will write, the response itself. */
export const WRITTEN = 'written';

export interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly request: Request;
  readonly response: Response;
}

type Shape = z.ZodRawShape;
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no parameters at all
type None = {};

export interface AnswerSpec {
  readonly description: string;
  /** Of JSON; left out: no body, or not JSON. */
  readonly schema?: z.ZodType;
  /** Of a body that is not JSON. */
  readonly contentType?: string;
}

export interface OperationSpec<P extends Shape = None, Q extends Shape = None, B = undefined> {
  /** A few words; part of the document. */
  readonly summary: string;
  /** More, if a few words do not do. */
  readonly description?: string;
  /** The parts of the path, by name. */
  readonly params?: P;
  /** Anything else in the query is an error. */
  readonly query?: Q;
  /** Of a JSON body. */
  readonly body?: z.ZodType<B>;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Codes that this operation answers with, besides those that any may. */
  readonly errors?: readonly ErrorCode[];
  /**
   * Answered by the leader: any other replica hands the request on. `or here`: while etcd is away and nobody leads, by what
   * the replica hears itself.
   */
  readonly atLeader?: boolean | 'or here';
  /** How long the leader may take for the answer. Default 5 s. */
  handOnMs?(query: Readonly<Record<string, unknown>>): number;
  /** Writes to etcd, under If-Match and If-None-Match. */
  readonly isWrite?: boolean;
  /** Needs no token. */
  readonly isPublic?: boolean;
  handle(
    input: Input<z.output<z.ZodObject<P>>, z.output<z.ZodObject<Q>>, B>,
  ): Answer | typeof WRITTEN | Promise<Answer | typeof WRITTEN>;
}

/** Any operation, its types forgotten: `Api` has checked what it hands to `handle`. */
export type Operation = OperationSpec<Shape, Shape, unknown>;

export function operation<P extends Shape = None, Q extends Shape = None, B = undefined>(
  spec: OperationSpec<P, Q, B>,
): Operation {
  return spec as unknown as Operation;
}
