import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database } from '../../database/database.ts'
import { testDatabase } from '../../testing/database.ts'
import { type Kept, once } from './idempotency.ts'

describe('an Idempotency-Key', () => {
  const database = testDatabase()
  let db: Database
  let now = Date.parse('2026-03-01T10:00:00Z')
  beforeAll(() => {
    db = createDatabase(database.url, { connections: 3 })
  })
  afterAll(() => db.$disconnect())

  const asked = { actor: 'user:1', key: 'a-key-of-ours', request: 'POST /api/v1/teams {}' }
  const ask = (act: () => Promise<Kept>) => once(db, { now: () => new Date(now) }, asked, act)

  it('that has lapsed is the second one’s, whatever comes of the first', async () => {
    const first = Promise.withResolvers<Kept>()
    const second = Promise.withResolvers<Kept>()
    const begun: string[] = []
    const acting = (name: string, end: Promise<Kept>) => async () => {
      begun.push(name)
      return end
    }
    const one = ask(acting('one', first.promise)).catch((error: Error) => error.message)
    await expect.poll(() => begun).toEqual(['one'])
    now += 61_000
    const two = ask(acting('two', second.promise))
    await expect.poll(() => begun).toEqual(['one', 'two'])

    first.reject(new Error('too late'))
    expect(await one).toBe('too late')
    const never = async (): Promise<Kept> => ({ status: 500, body: 'done twice' })
    await expect(ask(never)).rejects.toMatchObject({ code: 'conflict' })
    second.resolve({ status: 201, body: { slug: 'ml' } })
    expect(await two).toMatchObject({ status: 201, repeated: false })
    expect(await ask(never)).toEqual({ status: 201, body: { slug: 'ml' }, repeated: true })
  })
})
