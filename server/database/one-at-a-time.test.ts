import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../testing/database.ts'
import { makePerson, makeTeam } from '../testing/people.ts'
import { createDatabase, type Database } from './database.ts'

describe('a transaction', () => {
  const database = testDatabase()
  const warnings: string[] = []
  const onWarning = (warning: Error) => warnings.push(warning.message)
  let db: Database
  beforeAll(() => {
    db = createDatabase(database.url)
    process.on('warning', onWarning)
  })
  afterAll(async () => {
    process.off('warning', onWarning)
    await db.$disconnect()
  })

  const withRelations = { memberships: true, models: true, requests: true, tokens: true } as const

  it('asks its connection one thing at a time: the driver has nothing to warn of', async () => {
    const slug = await makeTeam(db)
    await makePerson(db, 'Member', { teams: { [slug]: 'member' } })
    const team = await db.$transaction((tx) => tx.team.findUniqueOrThrow({ where: { slug }, include: withRelations }))
    await turn()
    expect(team.memberships).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  it('goes on after a query that failed, as far as the database lets it, and gives its connection back', async () => {
    const slug = await makeTeam(db)
    const refused = db.$transaction(async (tx) => {
      await tx.team.create({ data: { slug, name: 'Again', costCentre: 'x', onCall: 'x', allowances: {} } })
    })
    await expect(refused).rejects.toMatchObject({ code: 'P2002' })
    const both = await db.$transaction((tx) => Promise.all([tx.team.count({ where: { slug } }), tx.user.count()]))
    expect(both[0]).toBe(1)
    await turn()
    expect(warnings).toEqual([])
  })
})
