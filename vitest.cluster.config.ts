import { defineConfig } from 'vitest/config'

// Suites that need the real control plane: `npm run test:cluster`. Each file starts its own, on ports of its own; two at
// a time, since most of their time is spent waiting for controllers that look every few seconds.
export default defineConfig({
  test: {
    include: ['**/*.cluster.test.ts'],
    globalSetup: ['scripts/vitest/temporary-folders.ts', 'scripts/vitest/database-desk.ts'], // a PostgreSQL for those that ask
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})
