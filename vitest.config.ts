import { defineConfig } from 'vitest/config';

const OUTPUT = ['**/node_modules/**', 'build/**', 'coverage/**'];

/** AssemblyScript: compiled to Wasm, never run as TypeScript, so never covered. */
const ASSEMBLYSCRIPT = [
  'protocol-filters/sdk/**',
  'protocol-filters/filter/**',
  'protocol-filters/greeter/**',
  'protocol-filters/protocols/**',
  'protocol-filters/**/probes/**',
];

/** Whole systems, one at a time: `npm run test:system`. */
const SYSTEM = [
  'test/browser/**',
  'test/control-plane/**',
  'test/deploy/**',
  'test/fault/**',
  'test/integration/**',
  'test/load/**',
  'test/local/**',
  'test/operator/**',
  'test/xds/**',
];

/** Compiles filters, probes and commands that have changed. */
const BUILD = 'test/harness/build.ts';

export default defineConfig({
  test: {
    // A forgotten `.only` would silence every other test.
    allowOnly: !process.env.CI,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{cli,control-plane,demo,envoy,greeter,local,protocol-filters,scripts,test/bench}/**/*.test.ts',
          ],
          exclude: OUTPUT,
          // Some start programs; on a busy machine that takes its time.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/**/*.test.ts'],
          exclude: [...OUTPUT, 'test/bench/**', 'test/soak/**', 'test/compose/**', ...SYSTEM],
          // Real Envoys and etcds: more at once would measure each other.
          globalSetup: BUILD,
          maxWorkers: 2,
          // As for whole systems, below.
          retry: 1,
          testTimeout: 90_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system',
          include: SYSTEM.map((folder) => folder.replace(/\*\*$/, '**/*.test.ts')),
          // Each starts the whole system: etcd, control planes, Envoys, servers, devices.
          globalSetup: BUILD,
          maxWorkers: 1,
          // Whoever shares the machine may disturb one of these for seconds. What passes at the second try is named.
          retry: 1,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['{cli,control-plane,demo,envoy,greeter,local,protocol-filters,scripts}/**/*.{ts,mjs}'],
      exclude: [...ASSEMBLYSCRIPT, '**/generated/**', '**/*.test.ts', '**/*.d.mts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
