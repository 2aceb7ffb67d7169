import { expect, it } from 'vitest'
import { describe, errorShare, faultsOf, type SoakFindings, section } from './findings.ts'
import { soak } from './soak.ts'

it('loses nothing but what was with a killed engine', { timeout: 60_000 }, async () => {
  const found = await soak({ seconds: 6, requestsPerSecond: 100 })
  expect(found.errors).toEqual({})
  expect(found.killed).toBeGreaterThan(0)
  expect(found.changes).toBeGreaterThan(2)
  expect(found.requests).toBeGreaterThan(300)
  expect(found.late.engines).toBeGreaterThan(0)
})

const calm: SoakFindings = {
  seconds: 1800,
  requests: 360_000,
  expected: 90,
  errors: {},
  killed: 44,
  changes: 257,
  p50: 1,
  worstP99: 9,
  early: { server: 200, engines: 180 },
  late: { server: 205, engines: 181 },
}

it('calls a soak failed for errors nobody can explain and for memory that grows, and says which', () => {
  expect(faultsOf(calm)).toEqual([])
  const broken = { ...calm, errors: { 'steady-a ECONNRESET': 36 } }
  expect(errorShare(broken)).toBe(0.0001)
  expect(faultsOf(broken)).toHaveLength(1)
  expect(describe(broken).join()).toContain('0.0100 % (steady-a ECONNRESET: 36)')
  expect(faultsOf({ ...calm, late: { server: 300, engines: 181 } })).toEqual(['The memory of the server is not flat.'])
  expect(section(calm)).toContain('All goals met.')
})
