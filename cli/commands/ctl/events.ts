/** Follows `/v1/events`: goes on after the last event that came when the stream breaks. */
import type { Json } from './client.ts';
import { CtlFailure } from './failure.ts';
import type { Session } from './session.ts';
import { plain, time } from './table.ts';

/** Milliseconds between two attempts. */
const AGAIN_MS = 1_000;
/** The control plane sends something every 10 s. */
const SILENCE_MS = 30_000;

export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** From text in pieces to events (WHATWG HTML, 9.2), as far as the control plane uses them. */
export class EventParser {
  private rest = '';

  take(text: string): ServerSentEvent[] {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => {
          const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
          return [name, value];
        }),
      );
      const data = fields.get('data');
      const event = fields.get('event') ?? 'message';
      return data === undefined ? [] : [{ id: fields.get('id'), event, data }];
    });
  }
}

/** Until Ctrl-C. A first connection that fails is an error; later ones are made again. */
export async function followEvents(
  session: Session,
  query: Readonly<Record<string, string>>,
  since: string | undefined,
): Promise<void> {
  let last = since;
  let wasOpen = false;
  while (!session.signal.aborted) {
    try {
      const headers = last === undefined ? {} : { 'last-event-id': last };
      const { signal } = session;
      const stream = await session.client.open('get', '/v1/events', {
        query,
        headers,
        signal,
        patienceMs: SILENCE_MS,
      });
      wasOpen = true;
      stream.setEncoding('utf8');
      const parser = new EventParser();
      for await (const text of stream) {
        for (const event of parser.take(text as string)) {
          last = event.id ?? last;
          session.print(shown(session, event));
        }
      }
    } catch (error) {
      if (session.signal.aborted) return;
      if (!wasOpen || (error instanceof CtlFailure && error.exit !== 'UNAVAILABLE')) throw error;
    }
    if (session.signal.aborted) return;
    session.say('the stream ended; it is taken up again');
    await session.pause(AGAIN_MS);
  }
}

function shown(session: Session, { id, event, data }: ServerSentEvent): string {
  const body = JSON.parse(data) as Json;
  if (session.isJson) return JSON.stringify({ id, event, ...body });
  const { at, ...rest } = body;
  return `${at === undefined ? '-'.padEnd(20) : time(at)}  ${event.padEnd(10)}  ${plain(rest)}`;
}
