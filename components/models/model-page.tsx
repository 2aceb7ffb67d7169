'use client'

import { NativeSelect, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { useMemo } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { modelQuery } from '#components/queries/models.ts'
import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { DownloadLink } from '#components/ui/actions/text-link.tsx'
import { fileSize } from '#components/ui/figures/amounts.ts'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Columns, Stack } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { QueryGate } from '#components/ui/page/query-gate.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { Column } from '#components/ui/table/columns.ts'
import { DataTable } from '#components/ui/table/data-table.tsx'
import { useUrlState } from '#components/ui/table/use-url-state.ts'
import { Mono } from '#components/ui/text/mono.tsx'
import type { ModelDetail, VersionView } from '#server/contracts/models.ts'
import { SignatureView } from './signature-view.tsx'
import { taskInWords } from './signature-words.ts'
import { WhereItServes } from './where-it-serves.tsx'

const UploadVersion = dynamic(() => import('./upload/upload-version.tsx').then((module) => module.UploadVersion), {
  ssr: false,
  loading: () => <Skeleton height={208} />,
})

const columnsOf = (team: string, model: string): readonly Column<VersionView>[] => [
  { key: 'version', title: 'Version', cell: (row) => <b>v{row.version}</b>, value: (row) => row.version },
  {
    key: 'digest',
    title: 'Digest',
    cell: (row) => (
      <Mono copy={`sha256:${row.digest}`} what="digest">
        {row.digest.slice(0, 12)}
      </Mono>
    ),
    value: (row) => row.digest,
  },
  {
    key: 'size',
    title: 'File',
    cell: (row) => (
      <DownloadLink href={`/api/v1/teams/${team}/models/${model}/versions/${row.version}/file`}>
        {fileSize(row.sizeBytes)}
      </DownloadLink>
    ),
    value: (row) => row.sizeBytes,
  },
  { key: 'notes', title: 'Notes', cell: (row) => row.notes, value: (row) => row.notes },
  {
    key: 'by',
    title: 'By',
    cell: (row) => row.createdBy?.name ?? 'The portal',
    value: (row) => row.createdBy?.name ?? null,
  },
  {
    key: 'at',
    title: 'Uploaded',
    cell: (row) => <RelativeTime at={row.createdAt} />,
    value: (row) => row.createdAt,
    narrow: 'corner',
  },
]

export function ModelPage({ team, name }: { team: string; name: string }) {
  const query = useQuery(modelQuery(team, name))
  return <QueryGate query={query}>{(model) => <Detail model={model} />}</QueryGate>
}

function Detail({ model }: { model: ModelDetail }) {
  const { team, name, versions } = model
  const may = useMay(team)
  const columns = useMemo(() => columnsOf(team, name), [team, name])
  const deployments = useQuery(deploymentsQuery(team))
  const [chosen, choose] = useUrlState('version')
  const shown = versions.find((each) => String(each.version) === chosen) ?? versions[0]
  const deploy = `/requests/new?kind=model.deploy&team=${team}&model=${name}`
  return (
    <>
      <PageHeader
        above={<Breadcrumbs above={[{ label: 'Models', href: `/teams/${team}/models` }]} here={name} />}
        title={name}
        facts={[model.description, model.task && taskInWords(model.task)].filter(Boolean).join(' · ')}
        actions={
          may('request.submit') &&
          shown && <LinkButton href={`${deploy}&version=${shown.version}`}>Deploy v{shown.version}</LinkButton>
        }
      />
      <Columns>
        <Stack>
          <Section title="Versions" count={versions.length} flush>
            <DataTable
              plain
              name="versions"
              label="Versions"
              columns={columns}
              rows={versions}
              rowKey={(row) => String(row.version)}
              empty={<EmptyState title="No version yet">Upload the first ONNX file.</EmptyState>}
            />
          </Section>
          <Section title="Serving" flush>
            <WhereItServes
              deployments={deployments.data?.items.filter((each) => each.model === name)}
              error={deployments.error}
              onRetry={() => deployments.refetch()}
            />
          </Section>
        </Stack>
        <Stack>
          {may('model.upload') && (
            <Section title="Upload a version">
              <UploadVersion team={team} model={name} />
            </Section>
          )}
          {shown && (
            <Section
              title="Signature"
              aside={
                <NativeSelect
                  size="xs"
                  w={90}
                  aria-label="Version whose signature is shown"
                  data={versions.map((each) => ({ value: String(each.version), label: `v${each.version}` }))}
                  value={String(shown.version)}
                  onChange={(event) => choose(event.currentTarget.value)}
                />
              }
            >
              <SignatureView signature={shown.signature} />
            </Section>
          )}
        </Stack>
      </Columns>
    </>
  )
}
