/**
 * `npm run audit -- verify`: checks the whole audit log against its chain; DATABASE_URL names the database. The hash of
 * the last row, kept elsewhere, also shows when the end of the log was cut off: `--last HASH`.
 */
import { parseArgs } from 'node:util'
import { createDatabase } from '../../server/database/database.ts'
import { createAudit } from '../../server/domains/audit/audit.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { last: { type: 'string' } } })
const url = process.env.DATABASE_URL

if (positionals[0] !== 'verify' || !url) {
  console.error('DATABASE_URL=postgresql://… npm run audit -- verify [--last HASH]')
  process.exit(2)
}
const db = createDatabase(url, { connections: 2 })
try {
  const result = await createAudit({ db }).verify(values.last)
  if (result.intact) {
    console.log(`The audit log is intact: ${result.rows} rows. The last one’s hash is ${result.lastHash}`)
  } else {
    console.error(`The audit log is broken at row ${result.sequence}: ${result.problem}`)
    console.error(`The ${result.rows} rows before it are intact.`)
    process.exitCode = 1
  }
} catch (error) {
  console.error(`The audit log cannot be read: ${error instanceof Error ? error.message : 'unknown'}`)
  process.exitCode = 1
} finally {
  await db.$disconnect()
}
