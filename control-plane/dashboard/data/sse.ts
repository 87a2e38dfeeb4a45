/** The text of a stream of server-sent events, taken apart (WHATWG HTML, 9.2.6). Pure. */

export interface ServerEvent {
  /** The last id that was told, of this event or one before it. */
  readonly id: string;
  /** `message` where none is named. */
  readonly type: string;
  readonly data: string;
}

/** Takes the text in any pieces. Comments are nothing but a sign of life. */
export class SseParser {
  private rest = '';
  private id = '';
  private type = '';
  private data: string[] = [];

  /** @returns the events that this piece completes */
  push(text: string): ServerEvent[] {
    const all = this.rest + text;
    // A CR at the end may be the first half of a line end.
    const ends = all.endsWith('\r') ? all.length - 1 : all.length;
    const lines = all.slice(0, ends).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? '') + all.slice(ends);
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line !== '') this.field(line);
      else {
        const event = this.dispatch();
        if (event !== undefined) events.push(event);
      }
    }
    return events;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.type = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
  }

  private dispatch(): ServerEvent | undefined {
    const { id, type, data } = this;
    this.type = '';
    this.data = [];
    return data.length === 0 ? undefined : { id, type: type || 'message', data: data.join('\n') };
  }
}
