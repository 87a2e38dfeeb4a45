import { expect, test } from 'vitest';
import { withSection } from './docs.ts';

test('the section is added to a page, replaced in it, and starts one where there is none', () => {
  const page = withSection('', 'first');
  expect(page).toMatch(/^# Benchmarks\n\n<!-- begin: [^\n]* -->\n\nfirst\n\n<!-- end: [^\n]* -->\n$/);
  const others = `${page}\n## Another bench\n`;
  const replaced = withSection(others, 'second');
  expect(replaced).toBe(others.replace('first', 'second'));
  expect(withSection('# Page\n\nText\n', 'x')).toMatch(/^# Page\n\nText\n\n<!-- begin/);
});
