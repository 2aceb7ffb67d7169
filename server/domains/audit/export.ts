/** The audit log as a file, streamed row by row: a million rows need no more memory than a page of them. */
import type { AuditEntry } from '../../contracts/platform/audit.ts'

export type ExportFormat = 'csv' | 'ndjson'

export const contentTypes = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
} as const satisfies Record<ExportFormat, string>

const headings = [
  'sequence',
  'at',
  'actor kind',
  'actor id',
  'actor',
  'action',
  'object kind',
  'object id',
  'object',
  'team',
  'before',
  'after',
  'reason',
  'request id',
]

export function header(format: ExportFormat): string {
  return format === 'csv' ? `${headings.join(',')}\r\n` : ''
}

export function line(format: ExportFormat, entry: AuditEntry): string {
  if (format === 'ndjson') return `${JSON.stringify(entry)}\n`
  const { actor, object } = entry
  const cells = [
    entry.sequence,
    entry.at,
    actor.kind,
    actor.id,
    actor.name,
    entry.action,
    object.kind,
    object.id,
    object.name,
    entry.team,
    entry.before === null ? null : JSON.stringify(entry.before),
    entry.after === null ? null : JSON.stringify(entry.after),
    entry.reason,
    entry.requestId,
  ]
  return `${cells.map(cell).join(',')}\r\n`
}

/** A spreadsheet takes a cell that begins like this for a formula; an apostrophe makes it text. */
function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const harmless = /^[\s]*[=+\-@\t\r|%]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
