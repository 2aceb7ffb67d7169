/** A page of a team's models, in the order that was asked for. A team has few enough to put in order here. */
import type { OutputOf, ParsedInputOf } from '../../contracts/contract.ts'
import { type listModels, type ModelView, Signature } from '../../contracts/models.ts'
import { ModelName, TeamSlug } from '../../contracts/names.ts'
import type { Database } from '../../database/database.ts'
import { likeText } from '../../database/like.ts'
import { type SortValues, sortedPage } from '../../database/sorted-page.ts'

const sortValues: SortValues<ModelView> = {
  name: (model) => model.name,
  task: (model) => model.task,
  latestVersion: (model) => model.latestVersion,
  versionCount: (model) => model.versionCount,
  updatedAt: (model) => model.updatedAt,
}

export async function pageOfModels(
  db: Database,
  input: ParsedInputOf<typeof listModels>,
): Promise<OutputOf<typeof listModels>> {
  const rows = await db.model.findMany({
    where: { team: { slug: input.team }, ...(input.q ? { name: { contains: likeText(input.q.toLowerCase()) } } : {}) },
    select: {
      name: true,
      description: true,
      updatedAt: true,
      _count: { select: { versions: true } },
      versions: { orderBy: { version: 'desc' }, take: 1, select: { version: true, signature: true } },
    },
  })
  const models = rows.map(({ name, description, updatedAt, versions: [latest], _count }) => ({
    team: TeamSlug.parse(input.team),
    name: ModelName.parse(name),
    description,
    task: latest ? Signature.parse(latest.signature).task : null,
    latestVersion: latest?.version ?? null,
    versionCount: _count.versions,
    updatedAt: updatedAt.toISOString(),
  }))
  return sortedPage(models, input, sortValues, (model) => model.name)
}
