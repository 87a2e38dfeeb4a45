/** Small files of the kernel: /proc and cgroups. */
import { readFile } from 'node:fs/promises';
import { CohortError } from '../../errors.ts';

/** Where `/` is: elsewhere in tests. */
export interface Where {
  /** Without a slash at its end; default ''. */
  readonly root?: string;
}

/**
 * The text of a file, without blanks around it; undefined where there is none.
 * @throws CohortError COHORT_AGENT_UNREADABLE where it may not be read
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // ESRCH, ENODEV: the process or the cgroup has ended while its file was read.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESRCH' || code === 'ENODEV') return undefined;
    throw new CohortError('COHORT_AGENT_UNREADABLE', message, { cause: error, details: { what: path } });
  }
}

/** A whole number; undefined for `max`, which is no limit, and where there is no file. @throws as {@link readIfThere} */
export async function readNumber(path: string): Promise<number | undefined> {
  const text = await readIfThere(path);
  if (text === undefined || text === 'max') return undefined;
  return wholeNumber(path, text);
}

/** @throws CohortError COHORT_AGENT_UNREADABLE */
export function wholeNumber(path: string, text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new CohortError(
    'COHORT_AGENT_UNREADABLE',
    `${path} holds ${JSON.stringify(text.slice(0, 60))}, and no number`,
    {
      details: { what: path },
    },
  );
}

/** Lines of `name value`. */
export function fieldsOf(text: string): Map<string, string> {
  return new Map(
    text.split('\n').map((line): [string, string] => {
      const at = line.search(/[\s:]/);
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
}

/** How many processors a list such as `0-3,8` names. */
export function processorsIn(list: string): number {
  let count = 0;
  for (const part of list.split(',')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    if (from !== undefined) count += Number(to) - Number(from) + 1;
  }
  return count;
}
