import { expect, it } from 'vitest';
import { coloursOf } from './colours.ts';

it('gives every server a colour of its own, whatever order they come in', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `server-${String(i).padStart(3, '0')}`);
  const colours = coloursOf(ids);
  expect(new Set(colours.values()).size).toBe(200);
  expect(coloursOf([...ids].reverse())).toEqual(colours);
});
