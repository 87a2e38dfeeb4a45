/**
 * One registry of what a test has started, so that everything is stopped whatever the test's end.
 * For vitest hooks see `cleanup-hooks.ts`; benches and scripts make a `Cleanup` and call `run()` themselves.
 */

/** Anything that can be stopped: servers, proxies, devices, temporary directories. */
export interface Stoppable {
  stop(): void | Promise<void>;
}

export class Cleanup {
  private readonly steps: { what: string; stop: () => unknown }[] = [];

  /** Registers a thing and hands it back: `const envoy = cleanup.own(await startEnvoy(…))`. */
  own<T extends Stoppable>(thing: T): T {
    this.steps.push({ what: thing.constructor.name, stop: () => thing.stop() });
    return thing;
  }

  /** Registers a step of your own; `what` names it when it fails. */
  defer(what: string, stop: () => unknown): void {
    this.steps.push({ what, stop });
  }

  /**
   * Stops everything, last started first, all of it even when one fails; may be called again.
   *
   * @throws AggregateError naming each step that failed.
   */
  async run(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        failures.push(new Error(`could not stop ${step.what}: ${String(error)}`, { cause: error }));
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, failures.map((failure) => failure.message).join('; '));
    }
  }
}
