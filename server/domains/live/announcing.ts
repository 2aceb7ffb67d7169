import type { Transaction } from '../../database/database.ts'
import { channel } from './notice.ts'

/** Many announcements in one statement: each a row to catch up by, and a notification when the transaction commits. */
export async function announceAll(
  tx: Transaction,
  announcements: readonly { topic: string; key: string; team: string | null }[],
): Promise<void> {
  if (announcements.length === 0) return
  await tx.$executeRaw`
    WITH told AS (
      INSERT INTO "LiveEvent" ("topic", "key", "team")
      SELECT row."topic", row."key", row."team"
      FROM jsonb_to_recordset(${JSON.stringify(announcements)}::jsonb) AS row("topic" text, "key" text, "team" text)
      RETURNING "id", "topic", "key", "team"
    )
    SELECT pg_notify(
      ${channel},
      json_build_object('id', "id"::text, 'topic', "topic", 'key', "key", 'team', "team")::text
    ) FROM told`
}
