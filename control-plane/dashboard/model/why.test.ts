import { expect, it } from 'vitest';
import { whySchema } from '../../model/scan.ts';
import { reasonOf } from './why.ts';

it.each(whySchema.options)('has words for %s', (why) => {
  const { title, words, action } = reasonOf({ why, action: 'heal', detail: '' });
  expect([title, words, action].every((text) => text.length > 3)).toBe(true);
});

it('says so where no scan has seen it', () => {
  expect(reasonOf({ why: null, action: null, detail: 'it is new' })).toEqual({
    title: 'New',
    words: 'It is new.',
    action: '',
  });
});
