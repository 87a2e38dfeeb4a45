/** Commands that create or replace a thing from a file. */
import { pathOf, type CtlCommand, type Thing } from './command.ts';
import { CtlFailure } from './failure.ts';
import {
  APPLIED_S,
  appliedOptions,
  change,
  fileContents,
  fileOption,
  forceOption,
  ifMatchOption,
  waitQuery,
  written,
} from './writing.ts';

export interface Applying {
  /** `servers apply`. */
  readonly words: string;
  readonly of: Thing;
  /** The path of one, with its name as the only parameter. */
  readonly path: string;
  /** Of the file and of the path: what it is named by. */
  readonly member: string;
  readonly notes?: string;
}

/** The name is the argument, or stands in the file. */
export function applyCommand({ words, of, path, member, notes }: Applying): CtlCommand {
  return {
    words,
    about: `Create or replace a ${of} from a file`,
    operations: [`put ${path}`],
    args: [{ name: member, about: `of the ${of}`, of, isOptional: true }],
    options: [fileOption, forceOption, ifMatchOption, ...appliedOptions],
    notes: [`The ${member} may stand in the file.`, notes].filter(Boolean).join(' '),
    run: async (session, [name], given) => {
      const file = await fileContents(given);
      const which = name ?? file[member];
      if (typeof which !== 'string' || which === '') {
        const detail = `the file has no ${member}, and no argument names the ${of}`;
        throw CtlFailure.of('COHORT_CTL_FILE', detail, 'USAGE');
      }
      const answer = await change(session, given, {
        method: 'put',
        path: pathOf(path, [which]),
        body: { [member]: which, ...file },
        isGuarded: true,
        ...waitQuery(given, APPLIED_S),
      });
      const how = answer.status === 201 ? 'created' : 'as the file says';
      written(session, answer, `The ${of} ${which} is ${how}.`);
    },
  };
}
