/** May traffic come here? Only while the database answers; what else the portal talks to, it can do without for a while. */
import { setTimeout as wait } from 'node:timers/promises'
import { getServices } from '../wiring.ts'

const patience = 2000

export async function readiness(): Promise<Response> {
  const ready = await Promise.race([ask(), wait(patience, false, { ref: false })])
  const headers = { 'cache-control': 'no-store' }
  return Response.json({ status: ready ? 'ok' : 'database unavailable' }, { status: ready ? 200 : 503, headers })
}

async function ask(): Promise<boolean> {
  try {
    const { db } = await getServices()
    await db.$queryRaw`SELECT 1`
    return true
  } catch {
    return false // the answer says so, and every request that needs the database logs why
  }
}
