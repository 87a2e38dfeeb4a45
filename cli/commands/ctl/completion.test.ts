import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { COMMANDS } from './all.ts';
import { completions, completionScript } from './completion.ts';

const asked: string[] = [];
const ask = (path: string, query: Record<string, string>): Promise<Record<string, unknown>> => {
  asked.push(`${path} ${JSON.stringify(query)}`);
  if (path === '/v1/settings') return Promise.resolve({ roundBudget: 1, loadCeiling: 1, listeners: [] });
  return Promise.resolve({ servers: [{ id: 'server-1' }, { id: 'server-2' }] });
};

it.each([
  ['ser', ['servers']],
  ['comp', ['completion']],
  ['servers dr', ['drain']],
  ['servers drain ', ['server-1', 'server-2']],
  ['servers drain server-1 ', []],
  ['servers drain --ye', ['--yes']],
  ['servers list --state ', ['active', 'draining']],
  ['-o json servers dr', ['drain']],
  ['servers list -o j', ['json']],
  ['pins set acme server-', ['server-1', 'server-2']],
  ['pins list --on ', ['server-1', 'server-2']],
  ['pins rm --timeout 3 --w', ['--wait']],
  ['settings set roundBudget=1 load', ['loadCeiling=']],
  ['settings set loadCeiling=', []],
  ['nothing ', []],
  ['overview --wa', ['--watch']],
])('%s → %j', async (line, expected) => {
  expect(await completions(COMMANDS, line.split(' '), ask)).toEqual(expected);
});

it('asks for what begins so, and no more', async () => {
  asked.length = 0;
  await completions(COMMANDS, ['servers', 'get', 'server-2'], ask);
  expect(asked).toEqual(['/v1/servers {"prefix":"server-2"}']);
});

/** What bash would offer, with a `cohort` that prints how it was called and then two words. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash')}
cohort() { local IFS=' '; echo "called-with:$*"; echo drain; echo undrain; }
COMP_WORDS=(cohort ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_cohort_ctl
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

it('bash hands over the words up to the one that is typed', () => {
  expect(offered('ct')).toEqual(['ctl']);
  expect(offered('ctl', 'servers', '')).toEqual(['called-with:ctl complete -- servers ', 'drain', 'undrain']);
  expect(offered('up', '')).toEqual(['']);
});
