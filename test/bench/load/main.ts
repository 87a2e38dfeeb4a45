/**
 * `npm run record:load`: records a real system on this machine for a minute or two and draws docs/pictures/load-moves.svg.
 *
 * Exit codes: 0, 2 it could not be recorded.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../protocol-filters/compile.ts';
import { Cleanup } from '../../harness/cleanup.ts';
import { drawLoad } from './picture.ts';
import { record, SUBTITLE, TITLE } from './record.ts';

const cleanup = new Cleanup();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanup.run().finally(() => process.exit(130)));
}
try {
  const recording = await record(cleanup, (line) => console.log(line));
  const path = join(ROOT, 'docs/pictures/load-moves.svg');
  writeFileSync(path, drawLoad(recording, TITLE, SUBTITLE));
  console.log(`drawn: ${path}`);
} catch (error) {
  console.error(error);
  process.exitCode = 2;
} finally {
  await cleanup.run();
}
