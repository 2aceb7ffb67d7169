/** Uploads as rows and as the API tells them. */
import { ModelName, TeamSlug, UploadId, UserId } from '../../../contracts/names.ts'
import { Refusal, UploadState, type UploadView } from '../../../contracts/uploads.ts'
import type { Database } from '../../../database/database.ts'
import { notFound } from '../../../errors.ts'
import type { Actor } from '../../../permissions/actor.ts'
import type { Part } from '../../../ports/object-store/object-store.ts'

const mebibyte = 2 ** 20
const usualPart = 8 * mebibyte
/** Few enough to be listed at once. */
const mostParts = 1000

export const withModel = { model: { include: { team: true, versions: true } } } as const
/** These still take room in the store. */
export const underWay: UploadState[] = ['receiving', 'checking']

export type UploadRow = NonNullable<Awaited<ReturnType<typeof findUpload>>>

export const findUpload = (db: Database, id: string) => db.upload.findUnique({ where: { id }, include: withModel })

export async function uploadOf(db: Database, input: { team: TeamSlug; model: ModelName; upload: UploadId }) {
  const row = await findUpload(db, input.upload)
  if (!row || row.model.name !== input.model || row.model.team.slug !== input.team) throw notFound('This upload')
  return row
}

export const partBytesFor = (sizeBytes: number) =>
  Math.max(usualPart, Math.ceil(sizeBytes / mostParts / mebibyte) * mebibyte)

export const partCountOf = (row: { sizeBytes: bigint; partBytes: number }) =>
  Math.ceil(Number(row.sizeBytes) / row.partBytes)

export const sizeOfPart = (row: { sizeBytes: bigint; partBytes: number }, part: number) =>
  Math.min(row.partBytes, Number(row.sizeBytes) - (part - 1) * row.partBytes)

export const missingParts = (row: UploadRow, parts: readonly Part[]) => {
  const there = new Set(parts.map((part) => part.number))
  return Array.from({ length: partCountOf(row) }, (_, place) => place + 1).filter((number) => !there.has(number))
}

export const viewOf = (row: UploadRow, parts: readonly Part[]): UploadView => ({
  id: UploadId.parse(row.id),
  team: TeamSlug.parse(row.model.team.slug),
  model: ModelName.parse(row.model.name),
  state: UploadState.parse(row.state),
  fileName: row.fileName,
  sizeBytes: Number(row.sizeBytes),
  fingerprint: row.fingerprint,
  partBytes: row.partBytes,
  partCount: partCountOf(row),
  received: parts.map((part) => part.number),
  notes: row.notes,
  version: row.version,
  refusal: row.refusal === null ? null : Refusal.parse(row.refusal),
  startedBy: row.startedById === null ? null : { id: UserId.parse(row.startedById), name: row.startedBy },
  expiresAt: row.expiresAt.toISOString(),
})

/** Whoever began it, for what the portal does in their name later. Their permission was asked when they completed it. */
export const startedBy = (row: UploadRow): Actor => ({
  kind: row.actorKind === 'token' ? 'token' : 'user',
  userId: row.startedById === null ? null : UserId.parse(row.startedById),
  name: row.startedBy,
  platformRoles: [],
  teams: new Map(),
  scopes: null,
  requestId: null,
})
