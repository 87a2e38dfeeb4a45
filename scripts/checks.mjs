// What `npm test` runs, in this order, after the set-up. A check passes if its program ends with exit code 0.

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly string[]} args for Node.js; the first is a script inside the checkout
 * @property {boolean} [tests] this is the vitest run, whose tests are counted one by one
 */

const VITEST = 'node_modules/vitest/vitest.mjs';
const TSC = 'node_modules/typescript/bin/tsc';

/** Where the vitest run leaves its report, relative to the root. */
export const REPORT = 'build/test-results.json';

/** @type {readonly Check[]} */
export const CHECKS = [
  { name: 'formatting', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'] },
  { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'] },
  { name: 'types', args: [TSC, '--noEmit'] },
  { name: 'types of the scripts', args: [TSC, '--noEmit', '--project', 'scripts'] },
  { name: 'types of the dashboard', args: [TSC, '--noEmit', '--project', 'control-plane/dashboard'] },
  {
    name: 'tests',
    args: [
      VITEST,
      'run',
      '--project=unit',
      '--project=real',
      '--project=system',
      '--coverage',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${REPORT}`,
    ],
    tests: true,
  },
  {
    name: 'fuzz, one minute',
    args: [
      'node_modules/tsx/dist/cli.mjs',
      'protocol-filters/fuzz/main.ts',
      '--minutes',
      '1',
      '--seed',
      '20260401',
    ],
  },
];
