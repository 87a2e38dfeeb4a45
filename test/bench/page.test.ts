import { expect, test } from 'vitest';
import { withSection } from './page.ts';

test('the section is added to a page, replaced in it, and starts one where there is none', () => {
  const page = withSection('', 'bench:filter', 'first');
  expect(page).toMatch(/^# Benchmarks\n\n<!-- begin: [^\n]* -->\n\nfirst\n\n<!-- end: [^\n]* -->\n$/);
  const others = `${page}\n## Another bench\n`;
  const replaced = withSection(others, 'bench:filter', 'second');
  expect(replaced).toBe(others.replace('first', 'second'));
  expect(withSection('# Page\n\nText\n', 'bench:filter', 'x')).toMatch(/^# Page\n\nText\n\n<!-- begin/);
});
