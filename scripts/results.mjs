// Counts the tests of a vitest run and judges the skipped ones. Pure.
import { relative } from 'node:path';

/**
 * The part of the report of vitest's `json` reporter that is read here.
 * @typedef {object} Report
 * @property {ReportedFile[]} testResults
 *
 * @typedef {object} ReportedFile
 * @property {string} name absolute path of the test file
 * @property {string} status
 * @property {string} [message] why the file as a whole failed
 * @property {ReportedTest[]} assertionResults
 *
 * @typedef {object} ReportedTest
 * @property {string[]} ancestorTitles
 * @property {string} title
 * @property {string} status `passed`, `failed`, or one of several words for a test that did not run
 */

/** @typedef {{ test: string, reason: string }} AllowedSkip `test`: as `nameOf` gives it */

/**
 * @param {Report} report
 * @param {readonly AllowedSkip[]} allowed
 * @param {string} root of the checkout
 * @returns {{ passed: number, failed: number, problems: string[] }} `failed` counts failed tests, and files that failed
 *   as a whole (an import that throws, a hook); `problems`: skipped tests that are not allowed to skip and entries of
 *   the list that name no test
 */
export function judge(report, allowed, root) {
  const reasons = new Map(allowed.map(({ test, reason }) => [test, reason]));
  const unseen = new Set(reasons.keys());
  const problems = [];
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    let failedHere = 0;
    for (const test of file.assertionResults) {
      const name = nameOf(file, test, root);
      unseen.delete(name);
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failedHere += 1;
      else if (!reasons.has(name)) problems.push(`skipped, but not in test/allowed-skips.json: ${name}`);
    }
    failed += file.status === 'failed' ? Math.max(failedHere, 1) : failedHere;
  }
  for (const name of unseen)
    problems.push(`test/allowed-skips.json names a test that does not exist: ${name}`);
  for (const [test, reason] of reasons) {
    if (reason.trim() === '') problems.push(`test/allowed-skips.json gives no reason for: ${test}`);
  }
  return { passed, failed, problems };
}

/**
 * @param {ReportedFile} file
 * @param {ReportedTest} test
 * @param {string} root
 * @returns {string} such as `test/envoy-facts/hds.test.ts > hds > a killed server shows`
 */
function nameOf(file, test, root) {
  return [relative(root, file.name).replaceAll('\\', '/'), ...test.ancestorTitles, test.title].join(' > ');
}

/**
 * @param {unknown} json content of test/allowed-skips.json
 * @returns {AllowedSkip[]}
 * @throws {Error} if it is not an array of `{test, reason}`
 */
export function readAllowedSkips(json) {
  if (!Array.isArray(json)) throw new Error('test/allowed-skips.json must hold an array');
  return json.map((/** @type {unknown} */ entry, index) => {
    const { test, reason } = /** @type {Partial<AllowedSkip>} */ (entry ?? {});
    if (typeof test !== 'string' || typeof reason !== 'string') {
      throw new Error(`test/allowed-skips.json: entry ${index} must be {"test": "…", "reason": "…"}`);
    }
    return { test, reason };
  });
}
