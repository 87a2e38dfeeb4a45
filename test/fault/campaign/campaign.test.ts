/** The random campaign, for some minutes. */
import { expect, test } from 'vitest';
import { cleanupAfterTest } from '../../harness/cleanup-hooks.ts';
import { measured } from '../measured.ts';
import { START_MS } from '../system.ts';
import { runCampaign } from './campaign.ts';

const SEED = Number(process.env.COHORT_FAULT_SEED ?? 1);
const MINUTES = Number(process.env.COHORT_FAULT_MINUTES ?? 5);
/** Milliseconds that the last round may take after the last minute. */
const LAST_ROUND_MS = 600_000;

test(
  'whatever goes wrong: nobody is lost, nobody is split, and nothing moves in vain',
  { timeout: START_MS + MINUTES * 60_000 + LAST_ROUND_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const { rounds, settledMs } = await runCampaign(cleanup, {
      seed: SEED,
      minutes: MINUTES,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    expect(rounds).toBeGreaterThan(0);
    measured('campaign', `seed ${SEED}, ${rounds} rounds: together again, worst`, Math.max(...settledMs));
  },
);
