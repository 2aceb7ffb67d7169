/** Slugs of teams must not run into one another: `ml` and `ml-ops` would share the namespace `ml-ops-dev`. */
import type { Transaction } from '../../database/database.ts'
import { failure } from '../../errors.ts'

/** Held to the end of the transaction, so that two teams made at once see each other. */
const teamNamesLock = 4021970

export async function demandFreeSlug(tx: Transaction, slug: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${teamNamesLock}::bigint)`
  const [clash] = await tx.$queryRaw<{ slug: string }[]>`
    SELECT "slug" FROM "Team"
    WHERE "slug" = ${slug} OR starts_with(${slug}, "slug" || '-') OR starts_with("slug", ${slug} || '-')
    LIMIT 1`
  if (!clash) return
  const message =
    clash.slug === slug
      ? `There is a team ${slug} already, perhaps an archived one.`
      : `Namespaces of ${slug} could not be told from those of team ${clash.slug}.`
  throw failure('name_taken', message, 'Choose another name.', { fields: [{ field: 'slug', message }] })
}
