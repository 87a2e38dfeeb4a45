/** What helps to understand why a test failed. Import only from tests. */
import { onTestFinished } from 'vitest';
import { askControlPlane } from '../../local/control-view.ts';
import type { FaultSystem } from './system.ts';

const MOST_CHARACTERS = 4_000;

/**
 * Should the current test fail, tells what the control planes have said and say. To be called after the cleanup was made: what
 * is registered later is called first, while the system still runs.
 */
export function explainFailure({ system }: FaultSystem): void {
  // Not `onTestFailed`: that is called when all has ended.
  onTestFinished(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const lines = system.controlPlanes.map((part) => `the output of ${part.id} ends:\n${part.tail(30)}`);
    for (const path of ['/v1/verdicts', '/v1/assignment', '/v1/proxies', '/v1/scans']) {
      const answer = await askControlPlane(system, path).catch((error: unknown) => String(error));
      lines.push(`${path}: ${JSON.stringify(answer).slice(0, MOST_CHARACTERS)}`);
    }
    process.stderr.write(`${lines.join('\n')}\n`);
  });
}
