/** `npm run test:compose`: the integration tests, both stories of operators, and what is to be seen of containers alone. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'compose',
    include: [
      ...['test/compose/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/operator/**/*.test.ts'],
      'test/browser/dashboard.test.ts',
    ],
    allowOnly: !process.env.CI,
    maxWorkers: 1,
    // As without containers: what passes at the second try is named.
    retry: 1,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
