import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'
import { installation } from './fixtures/installation.ts'

const asRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: '.',
  outputDir: `${installation.state}/e2e-results`,
  timeout: 60_000 * installation.patience,
  expect: { timeout: 15_000 * installation.patience },
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  reporter: 'list',
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    baseURL: installation.portal,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(existsSync(installation.chromium) ? { executablePath: installation.chromium } : {}),
      args: [
        ...(asRoot ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'sign in', testMatch: 'fixtures/sign-in.setup.ts' },
    { name: 'portal', testMatch: 'tests/{as-*,pictures}/**/*.spec.ts', dependencies: ['sign in'] },
    // These kill and stop what all stand on, so they come last and one at a time.
    {
      name: 'faults',
      testMatch: 'tests/faults/**/*.spec.ts',
      dependencies: ['portal'],
      fullyParallel: false,
      workers: 1,
    },
  ],
})
