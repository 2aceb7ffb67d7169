/** Walks the whole chain and says where it is broken, if it is. */
import type { Database } from '../../database/database.ts'
import { presentable } from './canonical.ts'
import { hashOf, origin } from './chain.ts'

export type Verification =
  | { intact: true; rows: number; lastHash: string }
  | { intact: false; rows: number; sequence: number; problem: string }

const batch = 2000

/** `mustHave` is the hash of a row that was the last one at some time: a log that was cut before it lacks it. */
export async function verifyChain(db: Database, mustHave?: string): Promise<Verification> {
  let expected = 1n
  let previous = origin
  let found = mustHave === undefined
  for (;;) {
    const rows = await db.auditEntry.findMany({
      where: { sequence: { gte: expected } },
      orderBy: { sequence: 'asc' },
      take: batch,
    })
    for (const row of rows) {
      const broken = (problem: string): Verification => ({
        intact: false,
        rows: Number(expected - 1n),
        sequence: Number(expected),
        problem,
      })
      if (row.sequence !== expected) return broken(`Row ${expected} is missing: the next one is ${row.sequence}.`)
      if (row.previous !== previous) return broken(`Row ${row.sequence} does not follow the row before it.`)
      const { hash, before, after, ...rest } = row
      if (hashOf({ ...rest, before: presentable(before), after: presentable(after) }) !== hash) {
        return broken(`Row ${row.sequence} is not what was written.`)
      }
      previous = hash
      found ||= hash === mustHave
      expected += 1n
    }
    if (rows.length < batch && !found) {
      const problem = 'The row with the hash that was kept is missing: the end of the log was cut off.'
      return { intact: false, rows: Number(expected - 1n), sequence: Number(expected), problem }
    }
    if (rows.length < batch) return { intact: true, rows: Number(expected - 1n), lastHash: previous }
  }
}
