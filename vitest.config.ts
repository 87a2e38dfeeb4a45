import { defineConfig } from 'vitest/config';

const OUTPUT = ['**/node_modules/**', 'build/**', 'coverage/**'];

/** AssemblyScript: compiled to Wasm, never run as TypeScript, so never covered. */
const ASSEMBLYSCRIPT = [
  'protocol-filters/sdk/**',
  'protocol-filters/filter/**',
  'protocol-filters/protocols/**',
  'protocol-filters/**/probes/**',
];

/** Whole systems, one at a time: `npm run test:system`. */
const SYSTEM = ['test/control-plane/**', 'test/integration/**', 'test/local/**', 'test/xds/**'];

/** Compiles filters and probes that have changed. */
const FILTERS = 'test/harness/build-filters.ts';

export default defineConfig({
  test: {
    // A forgotten `.only` would silence every other test.
    allowOnly: !process.env.CI,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{cli,control-plane,demo,envoy,local,protocol-filters,scripts,test/bench}/**/*.test.ts'],
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
          globalSetup: FILTERS,
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system',
          include: SYSTEM.map((folder) => folder.replace(/\*\*$/, '**/*.test.ts')),
          // Each starts the whole system: etcd, control planes, Envoys, servers, devices.
          globalSetup: FILTERS,
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['{cli,control-plane,demo,envoy,local,protocol-filters,scripts}/**/*.{ts,mjs}'],
      exclude: [...ASSEMBLYSCRIPT, '**/generated/**', '**/*.test.ts', '**/*.d.mts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
