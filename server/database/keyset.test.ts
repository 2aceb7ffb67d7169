import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { pageOf } from './cursor.ts'
import { createDatabase, type Database } from './database.ts'
import { keyset, type SortField } from './keyset.ts'

const fields: Record<string, SortField> = {
  name: { path: ['name'], kind: 'text' },
  maker: { path: ['user', 'name'], kind: 'text' },
  expiresAt: { path: ['expiresAt'], kind: 'time' },
  lastUsedAt: { path: ['lastUsedAt'], kind: 'time', nullable: true },
}
const sorts = Object.keys(fields).flatMap((key) => [key, `-${key}`])

describe('a list that the database sorts', () => {
  const database = testDatabase()
  let db: Database
  beforeAll(async () => {
    db = createDatabase(database.url)
    const makers = await db.user.createManyAndReturn({
      data: ['Same', 'Same', 'Émile', 'zoe'].map((name, place) => ({ issuer: 'test', subject: `${place}`, name })),
    })
    const day = (number: number) => new Date(Date.UTC(2026, 0, number))
    // Few values for many rows: most are equal to others by any key.
    await db.apiToken.createMany({
      data: Array.from({ length: 60 }, (_, place) => ({
        name: ['a', 'B', 'ä', '', '10'][place % 5] ?? '',
        prefix: 'x',
        hash: `${place}`,
        scopes: ['read'],
        userId: makers[place % 4]?.id ?? '',
        expiresAt: day(1 + (place % 3)),
        lastUsedAt: place % 7 < 3 ? null : day(1 + (place % 2)),
      })),
    })
  })
  afterAll(() => db.$disconnect())

  async function read(sort: string, limit: number, cursor?: string) {
    const { where, orderBy, cursorOf } = keyset(sort, fields, cursor)
    const rows = await db.apiToken.findMany({ where, orderBy, take: limit + 1, include: { user: true } })
    return pageOf(rows, limit, (row) => row, cursorOf)
  }

  it('shows every row once, page after page, by any key in either direction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sorts), fc.integer({ min: 1, max: 25 }), async (sort, limit) => {
        const whole = (await read(sort, 100)).items.map((row) => row.id)
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await read(sort, limit, cursor)
          seen.push(...page.items.map((row) => row.id))
          cursor = page.nextCursor ?? undefined
        } while (cursor !== undefined)
        expect(new Set(whole).size).toBe(60)
        expect(seen).toEqual(whole)
      }),
      { numRuns: 40 },
    )
  })

  it('keeps rows without a value last in both directions', async () => {
    for (const sort of ['lastUsedAt', '-lastUsedAt']) {
      const used = (await read(sort, 100)).items.map((row) => row.lastUsedAt?.getTime() ?? null)
      const first = used.indexOf(null)
      expect(used.slice(first).every((each) => each === null)).toBe(true)
      const given = used.slice(0, first).map(Number)
      expect(given).toEqual(given.toSorted((a, b) => (sort === 'lastUsedAt' ? a - b : b - a)))
    }
  })

  it('refuses a cursor of another order, and one that would be an error of the database', async () => {
    const { nextCursor } = await read('name', 5)
    const forged = (values: unknown) => Buffer.from(JSON.stringify(values)).toString('base64url')
    const id = '00000000-0000-4000-8000-000000000000'
    for (const [sort, cursor] of [
      ['-name', nextCursor ?? ''],
      ['name', forged(['name', 'a\u0000', id])],
      ['name', forged(['name', 'a', 'no id'])],
      ['name', forged(['name', null, id])],
      ['expiresAt', forged(['expiresAt', 'yesterday', id])],
      ['name', forged({})],
    ] as const) {
      await expect(read(sort, 5, cursor)).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })
})
