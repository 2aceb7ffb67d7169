import { describe, expect, it } from 'vitest'
import { auditFilters, auditSearchOf, readAuditSearch } from './audit-filters.ts'

describe('the filters of the audit', () => {
  it('ask only for what is set, and for whole days', () => {
    const search = readAuditSearch({ q: 'quota', from: '2026-03-01', to: '2026-03-02', team: ['ml', 'data'] })
    expect(auditFilters(search)).toEqual({ q: 'quota', from: '2026-03-01T00:00:00Z', to: '2026-03-02T23:59:59.999Z' })
    expect(auditSearchOf(search)).toEqual({ q: 'quota', from: '2026-03-01', to: '2026-03-02' })
  })

  it('leave out a day that is none', () => {
    expect(auditFilters(readAuditSearch({ from: '2026-99-99', to: 'yesterday' }))).toEqual({})
  })

  it('pass on the order, if there is such', () => {
    expect(auditFilters(readAuditSearch({ sort: 'at' }))).toEqual({ sort: 'at' })
    expect(auditFilters(readAuditSearch({ sort: 'actor' }))).toEqual({})
  })
})
