/** Ending on signals. */

export interface Interruption {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** As if a signal had come. */
  readonly stop: () => void;
  /** Resolves then. */
  readonly interrupted: Promise<void>;
}

/** From now on the first signal asks for an orderly end, and the second ends the process at once. */
export function untilSignal(): Interruption {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error('it was interrupted'));
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const interrupted = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve());
  });
  return { signal: controller.signal, stop, interrupted };
}
