/** Rows of the registry as the API tells them. */
import { type ModelView, Signature, type VersionView } from '../../contracts/models.ts'
import { ModelName, Sha256, TeamSlug, UserId } from '../../contracts/names.ts'

type ModelRow = {
  name: string
  description: string
  updatedAt: Date
  team: { slug: string }
  versions: VersionRow[]
}
type VersionRow = {
  version: number
  digest: string
  sizeBytes: bigint
  signature: unknown
  notes: string
  createdById: string | null
  createdBy: string | null
  createdAt: Date
}

export const viewOf = (model: ModelRow): ModelView => {
  const latest = model.versions[0]
  return {
    team: TeamSlug.parse(model.team.slug),
    name: ModelName.parse(model.name),
    description: model.description,
    task: latest ? Signature.parse(latest.signature).task : null,
    latestVersion: latest?.version ?? null,
    versionCount: model.versions.length,
    updatedAt: model.updatedAt.toISOString(),
  }
}

export const versionOf = (row: VersionRow): VersionView => ({
  version: row.version,
  digest: Sha256.parse(row.digest),
  sizeBytes: Number(row.sizeBytes),
  signature: Signature.parse(row.signature),
  notes: row.notes,
  createdBy:
    row.createdById === null || row.createdBy === null
      ? null
      : { id: UserId.parse(row.createdById), name: row.createdBy },
  createdAt: row.createdAt.toISOString(),
})
