// Counts the tests of a vitest run and judges the skipped ones. Pure.
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

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
 * @property {string[]} [failureMessages] one for each try, with stack
 */

/** @typedef {{ test: string, reason: string }} AllowedSkip `test`: as `nameOf` gives it */

/**
 * @param {Report} report
 * @param {readonly AllowedSkip[]} allowed
 * @param {string} root of the checkout
 * @returns {{ passed: number, failed: string[], problems: string[], retried: string[] }} `failed`: one text for
 *   each failed test, and for each file that failed as a whole (an import that throws, a hook); `problems`: skipped
 *   tests that are not allowed to skip and entries of the list that name no test; `retried`: one text for each test
 *   that passed at a later try
 */
export function judge(report, allowed, root) {
  const reasons = new Map(allowed.map(({ test, reason }) => [test, reason]));
  const unseen = new Set(reasons.keys());
  const problems = [];
  let passed = 0;
  /** @type {string[]} */
  const failed = [];
  /** @type {string[]} */
  const retried = [];
  for (const file of report.testResults) {
    const before = failed.length;
    for (const test of file.assertionResults) {
      const name = nameOf(file, test, root);
      unseen.delete(name);
      const { status, failureMessages: messages = [] } = test;
      if (status === 'passed') passed += 1;
      if (status === 'passed' && messages.length > 0) retried.push(told(name, messages));
      else if (status === 'failed') failed.push(told(name, messages));
      else if (status !== 'passed' && !reasons.has(name))
        problems.push(`skipped, but not in test/allowed-skips.json: ${name}`);
    }
    if (file.status === 'failed' && failed.length === before) {
      failed.push(told(relative(root, file.name).replaceAll('\\', '/'), [file.message ?? '']));
    }
  }
  for (const name of unseen)
    problems.push(`test/allowed-skips.json names a test that does not exist: ${name}`);
  for (const [test, reason] of reasons) {
    if (reason.trim() === '') problems.push(`test/allowed-skips.json gives no reason for: ${test}`);
  }
  return { passed, failed, problems, retried };
}

/** Lines of a message that are told again at the end of a run, whose middle may be out of sight by then. */
const TOLD_LINES = 12;

/** @param {string} name @param {readonly string[]} messages */
function told(name, messages) {
  const lines = messages.flatMap((message, index) => [
    ...(messages.length > 1 ? [`try ${index + 1}:`] : []),
    ...stripVTControlCharacters(message).split('\n').slice(0, TOLD_LINES),
  ]);
  return [name, ...lines].join('\n  ').trimEnd();
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

/**
 * What a run ends with before its count.
 * @param {{ failures: readonly string[], retried: readonly string[] }} what
 * @returns {string} of whole lines
 */
export function ending({ failures, retried }) {
  const lines = [
    ...retried.map((text) => `PASSED AT A LATER TRY ${text}`),
    ...failures.map((text) => `FAILED ${text}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
