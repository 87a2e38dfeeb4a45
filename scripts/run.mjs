// `node scripts/run.mjs <entry.ts> [arguments]`: the set-up, silent if nothing is to be done, then a TypeScript program.
import './setup/require-node.mjs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { endChildrenOnSignals, run } from './setup/children.mjs';
import { ROOT, setUp } from './setup.mjs';

const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write('usage: node scripts/run.mjs <entry.ts> [arguments]\n');
  process.exit(2);
}
endChildrenOnSignals();
const { errors } = await setUp({ quiet: true });
if (errors.length > 0) {
  process.stderr.write(`${errors.join('\n')}\n`);
  process.exit(1);
}
const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
const ended = await run(process.execPath, [tsx, join(ROOT, entry), ...args], { inherit: true, stdin: true });
process.exitCode = ended.signal === null ? (ended.code ?? 1) : 128 + constants.signals[ended.signal];
