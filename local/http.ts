/** Small questions over HTTP to parts of the stack. */

/** Milliseconds that one question may take. */
const TIMEOUT_MS = 2_000;

export interface AskOptions {
  /** A bearer token. */
  readonly token?: string;
  readonly timeoutMs?: number;
}

/** The JSON at `url`. @throws Error when nobody answers in time, or the status is not 2xx */
export async function getJson<T>(url: string, options: AskOptions = {}): Promise<T> {
  return JSON.parse(await getText(url, options)) as T;
}

/** The text at `url`. @throws Error when nobody answers in time, or the status is not 2xx */
export async function getText(
  url: string,
  { token, timeoutMs = TIMEOUT_MS }: AskOptions = {},
): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    text = await answer.text();
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${url} does not answer: ${cause instanceof Error ? cause.message : message}`, {
      cause: error,
    });
  }
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return text;
}

/** Whether `url` answers with 2xx. @throws Error otherwise */
export async function isOk(url: string, options: AskOptions = {}): Promise<true> {
  await getText(url, options);
  return true;
}
