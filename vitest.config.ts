import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{app,cli,components,infra,runtime,scripts,server}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/*.cluster.test.ts'],
    globalSetup: ['scripts/vitest/temporary-folders.ts', 'scripts/vitest/database-desk.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
})
