/** docs/benchmarks.md: a section for each bench between two marks; each bench leaves the others' alone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../protocol-filters/compile.ts';

const PAGE = join(ROOT, 'docs/benchmarks.md');

const marks = (command: string): readonly [begin: string, end: string] => [
  `<!-- begin: npm run ${command} -->`,
  `<!-- end: npm run ${command} -->`,
];

/** The page with the section of this command replaced, or added at its end. */
export function withSection(page: string, command: string, section: string): string {
  const [first, last] = marks(command);
  const [begin, end] = [page.indexOf(first), page.indexOf(last)];
  const whole = `${first}\n\n${section}\n\n${last}`;
  if (begin >= 0 && end > begin) return page.slice(0, begin) + whole + page.slice(end + last.length);
  return `${page === '' ? '# Benchmarks' : page.trimEnd()}\n\n${whole}\n`;
}

/** The first bench that writes makes the page. */
export function writeSection(command: string, section: string): void {
  let page = '';
  try {
    page = readFileSync(PAGE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  writeFileSync(PAGE, withSection(page, command, section));
}
