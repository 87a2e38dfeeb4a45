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
import { describe, judgeAll, summary } from './report.ts';
import { runRounds, type Results } from './rounds.ts';

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
  const all: Results[] = [];
  let broken = 0;
  for (const protocol of options.protocols) {
    for (const tls of options.tls.map((one) => one === 'on')) {
      const name = `${protocol}${tls ? ' over TLS' : ''}`;
      if (options.protocols.length + options.tls.length > 2) say(name);
      const results = await runRounds(options, { protocol, tls }, say);
      all.push(results);
      const judgements = judgeAll(results);
      if (options.json) console.log(JSON.stringify({ ...results, judgements }));
      else console.log(`${describe(results, results.idleConnections, protocol)}\n`);
      for (const { what } of judgements.filter(({ verdict }) => verdict === 'BELOW THE FLOOR')) {
        say(`the floor is broken: ${name}, ${what}`);
        broken++;
      }
    }
  }
  if (options.write) writeDocs(all);
  if (all.length > 1 && !options.json) console.log(summary(all));
  return broken > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 2;
}
