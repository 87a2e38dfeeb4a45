/** `npm run fuzz -- --envoy [--minutes M] [--seed S]`: the fuzzer's inputs against a real Envoy. */
import { Cleanup } from '../harness/cleanup.ts';
import { Corpus } from './corpus.ts';

/** @returns whether all is well */
export async function fuzzEnvoy(seed: number, minutes: number): Promise<boolean> {
  const cleanup = new Cleanup();
  try {
    const corpus = await Corpus.start(cleanup, seed);
    await corpus.run(minutes * 60_000);
    const problems = await corpus.problems();
    const { connections, inputs, bytes, moves } = corpus.result;
    console.log(problems.join('\n'));
    console.log(
      `fuzz of an Envoy: seed ${seed}, ${connections} connections, ${inputs} chunks, ${bytes} bytes, ${moves} moves, ` +
        `${minutes * 60} s, ${problems.length > 0 ? 'FAILED' : 'nothing found'}`,
    );
    return problems.length === 0;
  } finally {
    await cleanup.run();
  }
}
