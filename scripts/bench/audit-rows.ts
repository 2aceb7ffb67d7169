/** A long audit log. The chain's hashes are not what is measured: the rows are made by the database. */
import type { Database } from '../../server/database/database.ts'

export async function fillAudit(db: Database, rows: number): Promise<void> {
  await db.$executeRawUnsafe(`
    INSERT INTO "Team" ("id", "slug", "name", "costCentre", "onCall", "allowances")
    SELECT gen_random_uuid(), slug, slug, 'CC-1', '#on-call', '{}' FROM (
      SELECT 'team-' || n AS slug FROM generate_series(0, 39) AS n UNION SELECT 'team-quiet') AS teams`)
  await db.$executeRawUnsafe(`
    INSERT INTO "AuditEntry" ("sequence", "at", "actorKind", "actorId", "actorName", "action", "objectKind", "objectId",
      "objectName", "team", "after", "reason", "previous", "hash")
    SELECT n, timestamptz '2026-11-01' - (${rows} - n) * interval '25 seconds', 'user', md5((n % 500)::text),
      'Member ' || n % 500,
      (ARRAY['request.submit', 'request.approve', 'model.upload', 'session.signIn', 'member.set'])[1 + n % 5],
      'thing', md5(n::text), 'churn-' || n, CASE WHEN n % 3 = 0 THEN NULL ELSE 'team-' || n % 40 END,
      jsonb_build_object('cpu', n, 'memory', n * 2), 'Reason number ' || n, '0', md5(n::text)
    FROM generate_series(1, ${rows}) AS n`)
  await db.$executeRawUnsafe('ANALYZE "AuditEntry"')
}
