import { expect, it } from 'vitest'
import { soak } from './soak.ts'

it('loses nothing but what was with a killed engine', { timeout: 60_000 }, async () => {
  const found = await soak({ seconds: 6, requestsPerSecond: 100 })
  expect(found.errors).toBe(0)
  expect(found.killed).toBeGreaterThan(0)
  expect(found.changes).toBeGreaterThan(2)
  expect(found.requests).toBeGreaterThan(300)
})
