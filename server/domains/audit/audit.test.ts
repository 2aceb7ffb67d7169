import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFoundation, type Foundation } from '../../foundation.ts'
import { type Actor, systemActor } from '../../permissions/actor.ts'
import { createDatabase, testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import { testConfig } from '../../testing/portal.ts'
import { recordAudit } from './audit.ts'
import { line } from './export.ts'

const system = systemActor('Test')

describe('the audit log', () => {
  const database = testDatabase()
  let portal: Foundation
  let auditor: Actor
  beforeAll(async () => {
    portal = createFoundation(testConfig(database.url))
    auditor = await makePerson(portal.db, 'Auditor', { platform: ['auditor'] })
  })
  afterAll(() => portal.db.$disconnect())

  const record = (name: string, more: object = {}) =>
    portal.db.$transaction((tx) =>
      recordAudit(tx, { actor: system, action: 'thing.change', object: { kind: 'thing', id: name, name }, ...more }),
    )
  const list = (filters: object = {}, actor = auditor) =>
    portal.audit.list(actor, { limit: 50, sort: '-at', ...filters })

  it('keeps one chain however many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => record(`at-once-${index}`)))
    expect(await portal.audit.verify()).toMatchObject({ intact: true })
    const sequences = (await portal.db.auditEntry.findMany({ orderBy: { sequence: 'asc' } })).map((row) => row.sequence)
    expect(sequences).toEqual(sequences.map((_, index) => BigInt(index + 1)))
  })

  it('has no row for what was rolled back', async () => {
    const attempt = portal.db.$transaction(async (tx) => {
      await recordAudit(tx, {
        actor: system,
        action: 'thing.change',
        object: { kind: 'thing', id: 'x', name: 'undone' },
      })
      throw new Error('changed our mind')
    })
    await expect(attempt).rejects.toThrow('changed our mind')
    expect((await list({ q: 'undone' })).items).toEqual([])
  })

  it('cannot be changed, shortened or emptied through the database', async () => {
    await record('kept')
    const { db } = portal
    await expect(db.auditEntry.updateMany({ data: { reason: 'other' } })).rejects.toThrow(/append-only/)
    await expect(db.auditEntry.deleteMany()).rejects.toThrow(/append-only/)
    await expect(db.$executeRaw`TRUNCATE "AuditEntry"`).rejects.toThrow(/append-only/)
  })

  it('never holds a secret', async () => {
    await record('secretive', {
      before: { password: 'hunter2', nested: [{ clientSecret: 'abc', sessionVersion: 3 }] },
      after: { note: 'use modelyard_pat_0123456789abcdefghijABCDEFGHIJ please', tokenCount: 2 },
      reason: 'key is ghp_0123456789abcdefghij0123',
    })
    const [entry] = (await list({ q: 'secretive' })).items
    expect(entry).toMatchObject({
      before: { password: '[redacted]', nested: [{ clientSecret: '[redacted]', sessionVersion: 3 }] },
      after: { note: 'use [redacted] please', tokenCount: 2 },
      reason: 'key is [redacted]',
    })
  })

  it('takes text that no database can store', async () => {
    await record('odd \u0000 \ud800 text', { after: { big: 10n, nan: Number.NaN, deep: { a: [undefined, null] } } })
    expect(await portal.audit.verify()).toMatchObject({ intact: true })
  })

  it('is read newest first, page by page', async () => {
    for (const number of [1, 2, 3]) await record(`paged ${number}`)
    const first = await list({ q: 'paged', limit: 2 })
    const second = await list({ q: 'paged', limit: 2, cursor: first.nextCursor })
    expect([...first.items, ...second.items].map((entry) => entry.object.name)).toEqual([
      'paged 3',
      'paged 2',
      'paged 1',
    ])
    expect(second.nextCursor).toBeNull()
  })

  it('is found by words, beginnings of words and filters', async () => {
    await record('churn-risk', { action: 'model.upload', reason: 'Quarterly retraining' })
    for (const q of ['churn', 'RISK', 'quarterly retrain', 'churn-risk', 'model.upload']) {
      expect((await list({ q })).items.map((entry) => entry.object.name)).toContain('churn-risk')
    }
    expect((await list({ q: 'churn missing' })).items).toEqual([])
    expect((await list({ q: `'); DROP TABLE "User"; -- & | !` })).items).toEqual([])
    expect((await list({ action: 'model.' })).items.length).toBeGreaterThan(0)
    expect((await list({ actor: 'nobody at all' })).items).toEqual([])
    expect((await list({ actor: '%' })).items).toEqual([])
    expect((await list({ to: '2001-01-01T00:00:00Z' })).items).toEqual([])
  })

  it('shows a team’s rows to the team, and all to an auditor', async () => {
    const [own, other] = [await makeTeam(portal.db), await makeTeam(portal.db)]
    for (const team of [own, other, null]) await record('shared name', { team })
    const member = await makePerson(portal.db, 'Member', { teams: { [own]: 'viewer' } })
    expect((await list({ q: 'shared name' }, member)).items.map((entry) => entry.team)).toEqual([own])
    expect((await list({ q: 'shared name' })).items).toHaveLength(3)
    await expect(list({ team: other }, member)).rejects.toMatchObject({ code: 'not_found' })
    expect((await list({}, await makePerson(portal.db, 'Outsider'))).items).toEqual([])
  })

  it('is exported whole, in CSV that no spreadsheet runs', async () => {
    await record('=HYPERLINK("http://evil.example")', { reason: 'a, "b"\nc', team: null })
    for (let number = 0; number < 5; number += 1) await record(`row ${number}`)
    const pieces: string[] = []
    for await (const piece of portal.audit.export(auditor, {}, 'csv')) pieces.push(piece)
    const text = pieces.join('')
    const rows = await portal.db.auditEntry.count()
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
    expect(text).toContain('"a, ""b""\nc"')
    expect(text.match(/^\d+,/gm)).toHaveLength(rows)
    const lines: string[] = []
    for await (const piece of portal.audit.export(auditor, {}, 'ndjson'))
      lines.push(...piece.split('\n').filter(Boolean))
    expect(lines.map((each) => JSON.parse(each).sequence)).toHaveLength(rows)
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '|calc', ' =1'])('makes the cell %j harmless', async (name) => {
    await record('any')
    const [entry] = (await list({ limit: 1 })).items
    if (!entry) throw new Error('There is a row')
    expect(line('csv', { ...entry, object: { ...entry.object, name } })).toMatch(/'[\s]*[=+\-@|]/)
  })
})

describe('a chain that somebody has touched', () => {
  const touched = async (statement: string) => {
    const database = await createDatabase()
    const portal = createFoundation(testConfig(database.url))
    try {
      for (const name of ['one', 'two', 'three']) {
        await portal.db.$transaction((tx) =>
          recordAudit(tx, { actor: system, action: 'thing.change', object: { kind: 'thing', id: name, name } }),
        )
      }
      const last = (await portal.db.auditEntry.findFirstOrThrow({ orderBy: { sequence: 'desc' } })).hash
      // Somebody with all rights on the database, for whom triggers are no obstacle.
      await portal.db.$executeRawUnsafe('ALTER TABLE "AuditEntry" DISABLE TRIGGER ALL')
      await portal.db.$executeRawUnsafe(statement)
      return await portal.audit.verify(last)
    } finally {
      await portal.db.$disconnect()
      await database.drop()
    }
  }

  it.each([
    ['a changed row', `UPDATE "AuditEntry" SET "actorName" = 'Somebody else' WHERE "sequence" = 2`, 2],
    ['a changed time', `UPDATE "AuditEntry" SET "at" = "at" + interval '1 ms' WHERE "sequence" = 1`, 1],
    ['a lost row', `DELETE FROM "AuditEntry" WHERE "sequence" = 2`, 2],
    ['a lost beginning', `DELETE FROM "AuditEntry" WHERE "sequence" = 1`, 1],
    ['a lost end', `DELETE FROM "AuditEntry" WHERE "sequence" = 3`, 3],
    ['a row put in', `UPDATE "AuditEntry" SET "previous" = repeat('0', 64) WHERE "sequence" = 3`, 3],
  ])('is told by %s', async (_, statement, sequence) => {
    expect(await touched(statement)).toMatchObject({ intact: false, sequence })
  })
})
