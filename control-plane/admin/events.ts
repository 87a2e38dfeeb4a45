/** `/v1/events`: server-sent events (WHATWG HTML, 9.2) of every change. */
import type { Response } from 'express';
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import { EVENT_TYPES, type EventLog, type EventType } from './event-log.ts';
import { operation, WRITTEN } from './operation.ts';
import { invalid } from './request.ts';
import type { Api } from './resource.ts';
import { handOnUnlessLeader } from './to-leader.ts';

/** Milliseconds between two comments that keep the connection known to be alive. */
const HEARTBEAT_MS = 10_000;
/** Clients at once. */
const MOST_STREAMS = 200;
/** Milliseconds that a client may take nothing while there is something to take. */
const PATIENCE_MS = 30_000;

export function eventRoutes(api: Api, context: AdminContext): void {
  let streams = 0;
  api.resource('/v1/events', {
    get: operation({
      summary: 'Every change, as server-sent events',
      description:
        'The first event is `hello`. `id` of an event, sent back as `Last-Event-ID`, resumes after it; where that is not possible, `reset` says to read everything anew. A client that reads too slowly is told so by `cut`, and cut off.',
      query: {
        types: z
          .string()
          .max(512)
          .optional()
          .describe(`Only these, separated by commas: ${EVENT_TYPES.join(', ')}. Default: all.`),
      },
      answers: { 200: { description: 'The stream', contentType: 'text/event-stream' } },
      errors: ['COHORT_TOO_MANY_STREAMS'],
      handle: async ({ query, request, response }): Promise<typeof WRITTEN> => {
        const types = typesOf(query.types);
        // The leader hears of the proxies, too. Where nobody leads, this replica tells what it sees itself.
        if (await isToldByLeader(context, request, response)) return WRITTEN;
        if (streams >= MOST_STREAMS) {
          const message = `${streams} clients follow the events of this replica already`;
          throw new CohortError('COHORT_TOO_MANY_STREAMS', message);
        }
        streams++;
        response.once('close', () => streams--);
        const lastId = request.headers['last-event-id'];
        new EventStream(context, response, types, typeof lastId === 'string' ? lastId : undefined).start();
        return WRITTEN;
      },
    }),
  });
}

async function isToldByLeader(
  context: AdminContext,
  request: Parameters<typeof handOnUnlessLeader>[1],
  response: Response,
): Promise<boolean> {
  try {
    return await handOnUnlessLeader(context, request, response, { isStream: true });
  } catch (error) {
    if (response.headersSent) return true;
    if (error instanceof CohortError && error.code === 'COHORT_LEADER_UNKNOWN') return false;
    throw error;
  }
}

function typesOf(text: string | undefined): ReadonlySet<EventType> | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !(EVENT_TYPES as readonly string[]).includes(name));
  if (wrong.length > 0) {
    const message = `knows no ${wrong.map((name) => JSON.stringify(name)).join(', ')}`;
    throw invalid('the query', [{ pointer: '/types', message }]);
  }
  return new Set(names as EventType[]);
}

/**
 * One client's stream. Nothing is queued for it: it reads from the log at its own pace, and one that is so slow that what
 * it is to read next is gone from the log is told to come again.
 */
class EventStream {
  private readonly log: EventLog;
  private sent: number;
  private isFull = false;
  private stop: (() => void)[] = [];
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: AdminContext,
    private readonly response: Response,
    private readonly types: ReadonlySet<EventType> | undefined,
    private readonly lastId: string | undefined,
  ) {
    this.log = context.events;
    this.sent = this.log.lastNumber;
  }

  start(): void {
    const { response, log } = this;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const known = this.lastId === undefined ? undefined : log.numberOf(this.lastId);
    const isResumed = known !== undefined && log.after(known) !== 'gone';
    if (isResumed) this.sent = known;
    const leader = this.context.leaderReplica()?.id ?? null;
    this.write('retry: 1000\n');
    this.event('hello', { replica: this.context.id, leader, resumed: isResumed }, this.sent);
    if (this.lastId !== undefined && !isResumed) {
      this.event(
        'reset',
        { why: 'what followed that event is not known here any more: read everything anew' },
        this.sent,
      );
    }
    const heartbeat = setInterval(() => this.write(': alive\n\n'), HEARTBEAT_MS);
    const unsubscribe = log.onEvents(() => this.pump());
    this.stop = [unsubscribe, () => clearInterval(heartbeat), () => clearTimeout(this.patience)];
    response.on('drain', () => {
      this.isFull = false;
      clearTimeout(this.patience);
      this.pump();
    });
    response.once('close', () => this.end());
    this.pump();
  }

  private pump(): void {
    while (!this.isFull && !this.response.writableEnded) {
      const next = this.log.after(this.sent);
      if (next === undefined) return;
      if (next === 'gone') {
        this.cut('events went by faster than they were read');
        return;
      }
      this.sent = next.number;
      if (this.types === undefined || this.types.has(next.type)) {
        this.write(`id: ${this.log.idOf(next.number)}\nevent: ${next.type}\ndata: ${next.text}\n\n`);
      }
    }
  }

  private event(name: string, data: object, number: number): void {
    this.write(`id: ${this.log.idOf(number)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private write(text: string): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    // What node holds back for a client is bounded: nothing more is written until it has drained.
    if (this.isFull) return;
    if (this.response.write(text)) return;
    this.isFull = true;
    this.patience = setTimeout(() => this.cut('nothing was read for too long'), PATIENCE_MS);
  }

  private cut(why: string): void {
    this.end();
    const hint = `${why}; come again with Last-Event-ID, or read everything anew`;
    this.response.end(`event: cut\ndata: ${JSON.stringify({ why: hint })}\n\n`);
    // It may never read that either.
    const timer = setTimeout(() => this.response.destroy(), 1_000);
    timer.unref();
  }

  private end(): void {
    for (const stop of this.stop) stop();
    this.stop = [];
  }
}
