/** Who did what, on which object, when and why. */
import { z } from 'zod'
import { contract } from '../contract.ts'
import { TeamSlug } from '../names.ts'
import { Paging, page, sorting, Timestamp } from '../paging.ts'

export const AuditEntry = z.object({
  sequence: z.number().int(),
  at: Timestamp,
  actor: z.object({ kind: z.enum(['user', 'token', 'system']), id: z.string().nullable(), name: z.string() }),
  action: z.string(),
  object: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  team: z.string().nullable(),
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  reason: z.string().nullable(),
  requestId: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

export const auditFilters = {
  team: TeamSlug.optional(),
  action: z.string().max(100).optional(),
  actor: z.string().max(100).optional(),
  q: z.string().max(200).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
}

/** Only by time: a million rows have no other order that is worth an index. */
export const AuditSort = sorting(['at'])

export const listAudit = contract({
  method: 'GET',
  path: '/api/v1/audit',
  action: 'audit.read',
  summary: 'The audit log, newest first unless told; your teams’ rows, or all for an auditor',
  input: Paging.extend({ ...auditFilters, sort: AuditSort.default('-at') }),
  output: page(AuditEntry),
})

export const exportAudit = contract({
  method: 'GET',
  path: '/api/v1/audit/export',
  action: 'audit.read',
  summary: 'The same rows as a file, newest first: CSV that is safe in a spreadsheet, or one JSON object a line',
  input: z.object({ ...auditFilters, format: z.enum(['csv', 'ndjson']).default('csv') }),
  output: z.string(),
  produces: ['text/csv', 'application/x-ndjson'],
})
