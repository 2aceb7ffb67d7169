import type { Metadata } from 'next'
import { Prefetched } from '#app/_lib/prefetch.tsx'
import { auditFilters, readAuditSearch } from '#components/audit/audit-filters.ts'
import { AuditPage } from '#components/audit/audit-page.tsx'
import { auditPages } from '#components/queries/audit.ts'

export const metadata: Metadata = { title: 'Audit' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function AuditRoute({ searchParams }: Props) {
  const search = readAuditSearch(await searchParams)
  return (
    <Prefetched queries={[auditPages(auditFilters(search))]}>
      <AuditPage search={search} />
    </Prefetched>
  )
}
