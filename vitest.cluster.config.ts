import { defineConfig } from 'vitest/config'

// Suites that need the real control plane: `npm run test:cluster`. One file at a time, since each starts its own.
export default defineConfig({
  test: {
    include: ['**/*.cluster.test.ts'],
    globalSetup: ['scripts/vitest/database-desk.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})
