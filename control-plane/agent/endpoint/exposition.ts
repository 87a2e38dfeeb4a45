/**
 * Prometheus' text exposition format, version 0.0.4: prometheus.io/docs/instrumenting/exposition_formats. Strict: who takes
 * half an answer for a whole one publishes half a number. Pure.
 */

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** May be NaN or infinite: the format has those. */
  readonly value: number;
}

/** What is wrong with a text, and in which line, from 1. */
export class Malformed extends Error {
  constructor(
    readonly line: number,
    why: string,
  ) {
    super(`line ${line}: ${why}`);
  }
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /"((?:[^"\\\n]|\\[\\"n])*)"/y;
const BLANKS = /[ \t]*/y;
const VALUE = /[^ \t]+/y;
const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** @throws Malformed */
export function parseExposition(text: string): Sample[] {
  if (text !== '' && !text.endsWith('\n')) {
    throw new Malformed(text.split('\n').length, 'it has no end of line: the answer is cut off');
  }
  const samples: Sample[] = [];
  text.split('\n').forEach((line, i) => {
    const trimmed = line.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) samples.push(new Line(line, i + 1).sample());
  });
  return samples;
}

class Line {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly number: number,
  ) {}

  sample(): Sample {
    this.take(BLANKS);
    const name = this.take(NAME)?.[0] ?? this.refuse('a name of a metric is wanted');
    this.take(BLANKS);
    const labels = this.skip('{') ? this.labels() : new Map<string, string>();
    this.take(BLANKS);
    const value = numberOf(this.take(VALUE)?.[0] ?? '') ?? this.refuse('a number is wanted');
    this.take(BLANKS);
    const timestamp = this.take(VALUE)?.[0];
    if (timestamp !== undefined && !/^[+-]?\d+$/.test(timestamp))
      this.refuse('a time in milliseconds is wanted');
    this.take(BLANKS);
    if (this.at < this.text.length) this.refuse('nothing more is wanted');
    return { name, labels, value };
  }

  /** After the opening brace, up to the closing one. A comma may stand before that. */
  private labels(): Map<string, string> {
    const labels = new Map<string, string>();
    for (;;) {
      this.take(BLANKS);
      if (this.skip('}')) return labels;
      const name = this.take(LABEL)?.[0] ?? this.refuse('a name of a label is wanted');
      this.take(BLANKS);
      if (!this.skip('=')) this.refuse('= is wanted');
      this.take(BLANKS);
      const quoted = this.take(QUOTED)?.[1] ?? this.refuse('a value in quotes is wanted');
      if (labels.has(name)) this.refuse(`the label ${name} stands there twice`);
      labels.set(name, unescaped(quoted));
      this.take(BLANKS);
      if (!this.skip(',') && this.text[this.at] !== '}') this.refuse(', or } is wanted');
    }
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  private skip(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private refuse(why: string): never {
    const rest = this.text.slice(this.at, this.at + 40);
    throw new Malformed(this.number, `${why} at ${rest === '' ? 'its end' : JSON.stringify(rest)}`);
  }
}

export function unescaped(text: string): string {
  return text.replace(/\\([\\"n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}

/** As Go's ParseFloat reads them, without hexadecimal ones. */
function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const lower = text.toLowerCase();
  if (lower.includes('inf')) return lower.startsWith('-') ? -Infinity : Infinity;
  return lower.includes('nan') ? NaN : Number(text);
}
