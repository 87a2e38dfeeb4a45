// `npm test`: the set-up, then every check, whichever fails. The last line is `N passed, N failed`.
import './setup/require-node.mjs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKS, REPORT } from './checks.mjs';
import { ending, judge, readAllowedSkips } from './results.mjs';
import { endChildrenOnSignals, howEnded, run } from './setup/children.mjs';
import { messageOf } from './setup/errors.mjs';
import { ROOT, setUp } from './setup.mjs';

let passed = 0;
let failed = 0;
/** @type {string[]} what failed, repeated at the end */
const failures = [];
/** @type {string[]} tests that passed at a later try: no failure, but worth a look */
const retried = [];

/** @param {string} name @param {string | null} problem null = passed */
function count(name, problem) {
  if (problem === null) passed += 1;
  else {
    failed += 1;
    failures.push(`${name}: ${problem}`);
  }
}

/** @param {import('./checks.mjs').Check} check */
async function runCheck(check) {
  process.stdout.write(`\n── ${check.name}\n`);
  const report = join(ROOT, REPORT);
  if (check.tests) {
    await mkdir(join(report, '..'), { recursive: true });
    await rm(report, { force: true });
  }
  const ended = await run(process.execPath, check.args, { cwd: ROOT, inherit: true });
  if (!check.tests) {
    count(check.name, ended.code === 0 ? null : howEnded(ended));
    return;
  }
  const judged = await judgeTests(report);
  passed += judged.passed;
  retried.push(...judged.retried);
  for (const text of judged.failed) count('test', text);
  // Such as an error that no test caught, or a run that ended before its report.
  if (ended.code !== 0 && judged.failed.length === 0) count(check.name, `vitest: ${howEnded(ended)}`);
  count('skipped tests', judged.problems.length === 0 ? null : judged.problems.join('\n  '));
}

/** @param {string} report path */
async function judgeTests(report) {
  try {
    const skips = readAllowedSkips(JSON.parse(await readFile(join(ROOT, 'test/allowed-skips.json'), 'utf8')));
    return judge(JSON.parse(await readFile(report, 'utf8')), skips, ROOT);
  } catch (error) {
    return { passed: 0, failed: [], problems: [messageOf(error)], retried: [] };
  }
}

endChildrenOnSignals();
const { packages, errors } = await setUp({ clients: true });
count('set-up', errors.length === 0 ? null : errors.join('\n  '));
// Without the packages there is nothing to run the checks with.
if (packages) for (const check of CHECKS) await runCheck(check);
process.stdout.write(`\n${ending({ failures, retried })}${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
