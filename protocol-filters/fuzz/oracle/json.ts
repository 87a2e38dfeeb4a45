/** What stands at a JSON pointer, by the platform's own JSON (RFC 8259, RFC 6901). */
import type { Said } from './sources.ts';

/** A byte above ASCII as one character of a private area, so that invalid UTF-8 can be told from an escape. */
const RAW = 0xf700;
/** What half a character becomes: three bytes that are no text. */
const HALF = Buffer.from([0xed, 0xa0, 0x80]);
/** Before the text of a number, which `JSON.parse` would change. */
const NUMBER = '\uf8ff';

function read(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (one) => String.fromCharCode(RAW + one.charCodeAt(0)));
}

function write(text: string): Buffer {
  const parts: Buffer[] = [];
  for (const one of text) {
    const code = one.codePointAt(0) ?? 0;
    if (code >= RAW + 0x80 && code <= RAW + 0xff) parts.push(Buffer.from([code - RAW]));
    else if (code >= 0xd800 && code <= 0xdfff) parts.push(HALF);
    else parts.push(Buffer.from(one));
  }
  return Buffer.concat(parts);
}

function parse(text: string): unknown {
  JSON.parse(text);
  const strings = text.replace(/"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `"${NUMBER}${token}"`,
  );
  return JSON.parse(strings);
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const token of pointer.slice(1).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    if (Array.isArray(here) && !/^(0|[1-9]\d{0,5})$/.test(name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

/** What a source with that pointer says of the first message's content. */
export function jsonSays(content: Buffer, pointer: string): Said {
  let value: unknown;
  try {
    // Keys are compared as the bytes that they are.
    value = at(parse(read(content)), read(Buffer.from(pointer)));
  } catch (error) {
    if (error instanceof SyntaxError) return 'not_protocol';
    throw error;
  }
  if (typeof value !== 'string') return undefined;
  if (value.startsWith(NUMBER)) {
    const digits = value.slice(1);
    return /^(0|-?[1-9]\d{0,14})$/.test(digits) ? Buffer.from(digits) : 'organization_not_text';
  }
  const bytes = write(value);
  return bytes.length > 256 ? 'organization_too_long' : bytes;
}
