/** `cohort ctl admissions`. */
import { pathOf, type Argument, type CtlCommand } from './command.ts';
import { listCommand, nameOptions, oneCommand } from './reading.ts';
import { details } from './table.ts';
import { change, ifMatchOption, written } from './writing.ts';

const ONE = '/v1/admissions/{organization}';
const organization: Argument = { name: 'organization', about: 'its name' };

export const admissionCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'admissions list',
    aliases: ['ls'],
    about: 'Organizations that listeners with `admit: KNOWN` take',
    path: '/v1/admissions',
    member: 'admissions',
    columns: [{ head: 'ORGANIZATION', path: 'organization' }],
    options: nameOptions,
  }),
  oneCommand({
    words: 'admissions get',
    aliases: ['show'],
    about: 'Whether listeners with `admit: KNOWN` take an organization',
    path: ONE,
    args: [organization],
    text: (body) => details(Object.entries(body)),
  }),
  {
    words: 'admissions add',
    about: 'Admit an organization',
    operations: [`put ${ONE}`],
    args: [organization],
    options: [ifMatchOption],
    run: async (session, args, given) => {
      const answer = await change(session, given, { method: 'put', path: pathOf(ONE, args) });
      written(session, answer, `${args[0]} is admitted.`);
    },
  },
  {
    words: 'admissions remove',
    aliases: ['rm'],
    about: 'Admit an organization no more; who is connected stays',
    operations: [`delete ${ONE}`],
    args: [organization],
    options: [ifMatchOption],
    run: async (session, args, given) => {
      const answer = await change(session, given, { method: 'delete', path: pathOf(ONE, args) });
      written(session, answer, `${args[0]} is admitted no more.`);
    },
  },
];
