import { expect, it } from 'vitest';
import { allOnLoopback, commandAt } from './place.ts';

it('leaves a command on loopback as it is', async () => {
  const command = { file: '/bin/envoy', args: ['--a', 'b'] };
  expect(commandAt(await allOnLoopback('proxy-1'), command)).toEqual(command);
});

it('puts the words of the place before a command', () => {
  const place = { host: '198.18.0.10', command: ['ip', 'netns', 'exec', 'ns'] };
  expect(commandAt(place, { file: '/bin/envoy', args: ['--a'] })).toEqual({
    file: 'ip',
    args: ['netns', 'exec', 'ns', '/bin/envoy', '--a'],
  });
});
