import type { InputOf } from '#server/contracts/contract.ts'
import { listAudit } from '#server/contracts/platform/audit.ts'
import { listIntegrations } from '#server/contracts/platform/integrations.ts'
import { pagesFor, queryFor } from './query.ts'

export type AuditFilters = InputOf<typeof listAudit>

export const auditPages = (filters: AuditFilters) => pagesFor(listAudit, filters)
export const integrationsQuery = () => queryFor(listIntegrations, {})
