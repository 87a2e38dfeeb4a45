/**
 * `npm run bench:filter`: what the protocol filter costs beside plain `tcp_proxy`. See `sides.ts` for what is compared,
 * `goals.ts` for what is judged.
 *
 * Envoy's worker should be the limit, or both sides are as fast as the devices. On two processors it is not always: a Node
 * program that plays a device does more work for a connect than Envoy does. So the processor time of Envoy's worker is
 * read from the kernel around each measurement, and time per operation is compared beside operations per second; the
 * worse of both counts. With `--brakes 1` Envoy also gets only half of its processor, and is the limit in most works.
 *
 * Exit codes: 0, 1 a floor is broken, 2 the bench could not run.
 */
import { compileFilter } from '../../../protocol-filters/compile.ts';
import { COHORT_WASM } from '../../harness/testbed.ts';
import { writeDocs } from './docs.ts';
import { readOptions, USAGE } from './options.ts';
import { canPin } from './processors.ts';
import { describe, judgeAll } from './report.ts';
import { runRounds } from './rounds.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const say = (line: string): void => console.error(line);
  if (!canPin)
    say('taskset or a second processor is missing: Envoy shares its processor with devices and servers');
  await compileFilter('protocol-filters/filter/index.ts', COHORT_WASM);
  const results = await runRounds(options, say);
  const judgements = judgeAll(results);
  if (options.write) writeDocs(results);
  if (options.json) console.log(JSON.stringify({ ...results, judgements }));
  else console.log(describe(results, results.idleConnections));
  const broken = judgements.filter(({ verdict }) => verdict === 'BELOW THE FLOOR');
  for (const { what } of broken) say(`the floor is broken: ${what}`);
  return broken.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 2;
}
