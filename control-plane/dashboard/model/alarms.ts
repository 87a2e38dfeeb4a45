/** What rounds of moves cannot mend, in words. Pure. */
import type { LoadView } from '../data/rest.ts';
import { percent } from './format.ts';

type Alarm = LoadView['alarms'][number];

export function alarmWords({ kind, organization, server, dimension, load }: Alarm): {
  title: string;
  words: string;
} {
  const who = organization ?? 'An organization';
  const where = server ?? 'its server';
  const much =
    load === undefined ? '' : ` (${percent(load)}${dimension === undefined ? '' : ` of ${dimension}`})`;
  switch (kind) {
    case 'organization too large':
      return {
        title: 'Organization too large',
        words: `${who} is larger than ${where}${much}: it needs a larger one.`,
      };
    case 'no move frees it':
      return { title: 'Over the ceiling', words: `No move brings ${where} under the ceiling${much}.` };
    case 'no server matches':
      return { title: 'No server matches', words: `No server has the labels that ${who} asks for.` };
    case 'all full':
      return { title: 'All servers are full', words: 'There is no room left anywhere: add a server.' };
  }
}
