import { expect, it } from 'vitest';
import { CohortError, ERRORS, isCohortError } from './errors.ts';

it('lists the codes in alphabetical order', () => {
  const codes = Object.keys(ERRORS);
  expect(codes).toEqual([...codes].sort());
});

it.each(Object.entries(ERRORS))(
  '%s has an HTTP status, a title, and a remedy in a sentence',
  (code, entry) => {
    expect(code).toMatch(/^COHORT_[A-Z][A-Z_]*[A-Z]$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
    expect(entry.title).toMatch(/^\S.*[^.]$/);
    expect(entry.remedy).toMatch(/^[A-Z].*\.$/);
  },
);

it('carries code, status and details', () => {
  const cause = new Error('below');
  const error = new CohortError('COHORT_STORE_CONFLICT', 'what happened', { details: { key: 'a' }, cause });
  expect(error).toMatchObject({ message: 'what happened', status: 409, details: { key: 'a' }, cause });
  expect(isCohortError(error)).toBe(true);
  expect(isCohortError(error, 'COHORT_STORE_CONFLICT')).toBe(true);
  expect(isCohortError(error, 'COHORT_STORE_FENCED')).toBe(false);
  expect(isCohortError(cause)).toBe(false);
});
