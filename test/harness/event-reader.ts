/** A client of server-sent events (WHATWG HTML, 9.2), as far as tests need one. */
export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

export class EventReader {
  private text = '';
  private readonly abort: AbortController;
  private readonly body: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(abort: AbortController, body: ReadableStreamDefaultReader<Uint8Array>) {
    this.abort = abort;
    this.body = body;
  }

  /** @param lastId goes on after this event */
  static async open(url: string, lastId?: string): Promise<EventReader> {
    const abort = new AbortController();
    const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
    const answer = await fetch(url, { headers, signal: abort.signal });
    const type = answer.headers.get('content-type') ?? 'nothing';
    if (!type.startsWith('text/event-stream') || answer.body === null) {
      throw new Error(`${url} answered ${answer.status} with ${type}`);
    }
    return new EventReader(abort, answer.body.getReader());
  }

  /** Comments, and fields without an event, are skipped. @throws Error when the stream has ended */
  async next(): Promise<ReceivedEvent> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end === -1) {
        const { value, done } = await this.body.read();
        if (done) throw new Error(`the stream has ended: ${this.text}`);
        this.text += new TextDecoder().decode(value);
        continue;
      }
      const lines = this.text.slice(0, end).split('\n');
      this.text = this.text.slice(end + 2);
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const event = field('event');
      if (event === undefined) continue;
      return { id: field('id'), event, data: JSON.parse(field('data') ?? '{}') as Record<string, unknown> };
    }
  }

  /** The events up to the first of this kind, that one included. */
  async until(kind: string): Promise<ReceivedEvent[]> {
    const received: ReceivedEvent[] = [];
    do received.push(await this.next());
    while (received.at(-1)?.event !== kind);
    return received;
  }

  stop(): void {
    this.abort.abort();
  }
}
