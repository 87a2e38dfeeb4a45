/**
 * `npm run test:fault -- [--seed N] [--minutes M] [--schedule ROUNDS]`: random faults in a whole system on this machine.
 * Default: another seed each time, 5 minutes. `--schedule`: rounds as a failure prints them.
 *
 * Exit codes: 0, 1 something was lost or moved in vain, 2 it could not run.
 */
import { parseArgs } from 'node:util';
import { Cleanup } from '../../harness/cleanup.ts';
import { networksAvailable } from '../../harness/netns.ts';
import { CampaignFailure, runCampaign } from './campaign.ts';
import { parseSchedule } from './schedule.ts';

function numberOf(text: string | undefined, name: string, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 0)) throw new Error(`--${name} is not a number: ${text}`);
  return value;
}

async function main(cleanup: Cleanup): Promise<void> {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, minutes: { type: 'string' }, schedule: { type: 'string' } },
  });
  const seed = Math.floor(numberOf(values.seed, 'seed', Math.random() * 2 ** 32));
  const minutes = numberOf(values.minutes, 'minutes', values.schedule === undefined ? 5 : Infinity);
  const schedule = values.schedule === undefined ? undefined : parseSchedule(values.schedule);
  const { available, reason } = await networksAvailable();
  if (!available) throw new Error(`network namespaces cannot be made here: ${reason}`);
  console.log(`seed ${seed}`);
  const result = await runCampaign(cleanup, { seed, minutes, schedule, say: (line) => console.log(line) });
  const sorted = [...result.settledMs].sort((a, b) => a - b);
  console.log(
    `${result.rounds} rounds, ${result.faults} faults: nobody was lost. Together again after ` +
      `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms (median), ${Math.round(sorted.at(-1) ?? 0)} ms (worst)`,
  );
}

const cleanup = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanup.run().finally(() => process.exit(130)));
}
try {
  await main(cleanup);
} catch (error) {
  console.error(error instanceof CampaignFailure ? error.message : error);
  process.exitCode = error instanceof CampaignFailure ? 1 : 2;
} finally {
  await cleanup.run();
}
