/** Asks an HTTP endpoint of the server for its numbers. */
import { CohortError } from '../../errors.ts';

/** An answer larger than this is refused: it is no list of numbers. In bytes. */
const MOST_BYTES = 16 * 2 ** 20;

export interface AskOptions {
  readonly accept: string;
  /** Milliseconds that it may take. */
  readonly timeoutMs: number;
}

/** @throws CohortError COHORT_AGENT_ENDPOINT when nobody answers in time, or not with 2xx, or with too much */
export async function ask(url: string, { accept, timeoutMs }: AskOptions): Promise<string> {
  const refuse = (why: string, cause?: unknown): CohortError =>
    new CohortError('COHORT_AGENT_ENDPOINT', `${url} ${why}`, { cause, details: { what: url } });
  try {
    const answer = await fetch(url, { headers: { accept }, signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw refuse(`answers with the status ${answer.status}`);
    }
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of answer.body ?? []) {
      length += part.length;
      if (length > MOST_BYTES) throw refuse(`answers with more than ${MOST_BYTES} bytes`);
      parts.push(part);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch (error) {
    if (error instanceof CohortError) throw error;
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') throw refuse(`does not answer within ${timeoutMs} ms`, error);
    if (error instanceof TypeError && cause === undefined)
      throw refuse('answers with what is no UTF-8', error);
    throw refuse(`does not answer: ${cause instanceof Error ? cause.message || cause.name : message}`, error);
  }
}
