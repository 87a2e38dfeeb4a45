import { expect, it } from 'vitest';
import { alarmWords } from './alarms.ts';

it.each([
  [
    { kind: 'organization too large', organization: 'acme', server: 'server-1', dimension: 'cpu', load: 1.2 },
    'acme is larger than server-1 (120% of cpu): it needs a larger one.',
  ],
  [{ kind: 'no move frees it', server: 'server-1' }, 'No move brings server-1 under the ceiling.'],
  [{ kind: 'no server matches', organization: 'acme' }, 'No server has the labels that acme asks for.'],
  [{ kind: 'all full' }, 'There is no room left anywhere: add a server.'],
] as const)('%j', (alarm, words) => {
  expect(alarmWords(alarm).words).toBe(words);
});
