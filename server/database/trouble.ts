/** What kind of trouble an error from the database is, if it is one that passes. */
import { Prisma } from './generated/client.ts'

/** Cannot be reached, closed the connection, is starting or stopping, has no connection left, took too long. */
const unavailableCodes = new Set(['P1000', 'P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037'])
const unavailableStates = /^(08|57P0[1-5]|53)/
const unavailableSystem = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])
const unavailableWords =
  /(connection|socket).{0,40}(terminated|closed|refused|reset|timeout|timed out|ended)|terminating connection|server closed the connection|not queryable|can't reach database|the database system is|too many clients/i

const clashStates = new Set(['40001', '40P01', '23505'])
const clashCodes = new Set(['P2034', 'P2002'])

export function databaseTrouble(error: unknown): 'unavailable' | 'clash' | undefined {
  let ours = false
  for (const each of chain(error)) {
    const code = field(each, 'code') ?? field(each, 'errorCode') ?? field(each, 'originalCode') ?? ''
    if (unavailableCodes.has(code) || unavailableSystem.has(code) || unavailableStates.test(code)) return 'unavailable'
    if (clashCodes.has(code) || clashStates.has(code)) return 'clash'
    ours ||= isFromDatabase(each)
    if (ours && each instanceof Error && unavailableWords.test(each.message)) return 'unavailable'
  }
  return undefined
}

function isFromDatabase(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError ||
    error instanceof Prisma.PrismaClientUnknownRequestError ||
    error instanceof Prisma.PrismaClientInitializationError ||
    (error instanceof Error && /DriverAdapterError|DatabaseError/.test(error.name)) ||
    (error instanceof Error && /node_modules\/(pg|pg-pool)\//.test(error.stack ?? ''))
  )
}

/** The error, its causes, and what Prisma's adapter wraps. */
function chain(error: unknown): unknown[] {
  const found: unknown[] = []
  const queue = [error]
  while (queue.length > 0 && found.length < 12) {
    const each = queue.shift()
    if (each === null || typeof each !== 'object') continue
    found.push(each)
    for (const key of ['cause', 'meta', 'driverAdapterError']) queue.push(Reflect.get(each, key))
  }
  return found
}

function field(value: unknown, key: string): string | undefined {
  if (value === null || typeof value !== 'object') return undefined
  const inner: unknown = Reflect.get(value, key)
  return typeof inner === 'string' ? inner : undefined
}
