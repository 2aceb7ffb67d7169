import { beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database } from '../../database/database.ts'
import type { Actor } from '../../permissions/actor.ts'
import type { HostAccount } from '../../ports/git-host.ts'
import type { GitSignIn } from '../../ports/git-sign-in.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson } from '../../testing/people.ts'
import { createGitAccounts } from './git-accounts.ts'

let lastId = 1000
const account = (login: string): HostAccount => ({ id: ++lastId, login })

/** A host where each code is somebody's, once, and only with the verifier of its attempt. */
function fakeSignIn(): GitSignIn & { agree: (address: string, as: HostAccount) => { code: string; state: string } } {
  const codes = new Map<string, { verifier: string; account: HostAccount }>()
  return {
    address: ({ returnTo, state, verifier }) =>
      `https://git.example/authorize?${new URLSearchParams({ returnTo, state, verifier })}`,
    async accountOf(code, { verifier }) {
      const grant = codes.get(code)
      codes.delete(code)
      return grant?.verifier === verifier ? grant.account : undefined
    },
    agree(address, as) {
      const query = new URL(address).searchParams
      const code = `code-${codes.size + 1}-${as.id}`
      codes.set(code, { verifier: query.get('verifier') ?? '', account: as })
      return { code, state: query.get('state') ?? '' }
    },
  }
}

describe('linking an account on the Git host', () => {
  const database = testDatabase()
  let db: Database
  beforeAll(() => {
    db = createDatabase(database.url)
    return () => db.$disconnect()
  })

  function begin({ known = [] as HostAccount[] } = {}) {
    let now = new Date()
    const signIn = fakeSignIn()
    const accounts = createGitAccounts({
      db,
      clock: { now: () => now },
      git: { findAccount: async (login) => known.find((each) => each.login === login) },
      signIn,
      secret: 'a secret for tests alone',
      portalUrl: 'https://portal.example',
      hostUrl: 'https://git.example',
    })
    const answered = async (actor: Actor, as: HostAccount) => signIn.agree((await accounts.start(actor)).url, as)
    return {
      accounts,
      known,
      answered,
      link: async (actor: Actor, as: HostAccount) => accounts.finish(actor, await answered(actor, as)),
      later: (minutes: number) => {
        now = new Date(now.getTime() + minutes * 60_000)
      },
    }
  }

  const heldBy = (login: string) => db.gitAccount.count({ where: { login, unlinkedAt: null } })

  it('holds the account by its number, and says so in the audit', async () => {
    const { accounts, link } = begin()
    const person = await makePerson(db, 'Reviewer')
    const mine = account('octo')
    expect((await accounts.mine(person)).account).toBeNull()
    expect((await link(person, mine)).account).toMatchObject({ login: 'octo', url: 'https://git.example/octo' })
    const row = await db.gitAccount.findFirstOrThrow({ where: { userId: person.userId } })
    expect(row.hostId).toBe(BigInt(mine.id))
    const [entry] = await db.auditEntry.findMany({ where: { action: 'gitAccount.link', actorId: person.userId } })
    expect(entry?.after).toMatchObject({ login: 'octo', account: mine.id, source: 'oauth' })
  })

  it('refuses an account that somebody else holds, and does not say who', async () => {
    const { link } = begin()
    const [first, second] = [await makePerson(db, 'First'), await makePerson(db, 'Second')]
    const shared = account('shared')
    await link(first, shared)
    await expect(link(second, shared)).rejects.toMatchObject({
      code: 'conflict',
      explanation: { detail: 'shared is linked to somebody else here.' },
    })
    expect(await heldBy('shared')).toBe(1)
  })

  it('gives one account to one of many who link it at once', async () => {
    const { link } = begin()
    const people = await Promise.all(['One', 'Two', 'Three', 'Four'].map((name) => makePerson(db, name)))
    const wanted = account('wanted')
    const results = await Promise.allSettled(people.map((person) => link(person, wanted)))
    expect(results.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
    expect(await heldBy('wanted')).toBe(1)
  })

  it('lets a person hold one account; another only after unlinking, and keeps what was', async () => {
    const { accounts, link, answered } = begin()
    const person = await makePerson(db, 'Changing')
    const early = await answered(person, account('second'))
    await link(person, account('first'))
    await expect(accounts.start(person)).rejects.toMatchObject({ code: 'wrong_state' })
    await expect(accounts.finish(person, early)).rejects.toMatchObject({ code: 'wrong_state' })
    await accounts.unlink(person)
    await expect(accounts.unlink(person)).rejects.toMatchObject({ code: 'wrong_state' })
    await link(person, account('third'))
    const rows = await db.gitAccount.findMany({ where: { userId: person.userId }, orderBy: { linkedAt: 'asc' } })
    expect(rows.map((row) => [row.login, row.unlinkedAt === null])).toEqual([
      ['first', false],
      ['third', true],
    ])
  })

  describe('refuses an answer', () => {
    it('that was begun by somebody else: nobody can be made to link another’s account', async () => {
      const { accounts, answered } = begin()
      const [attacker, victim] = [await makePerson(db, 'Attacker'), await makePerson(db, 'Victim')]
      const answer = await answered(attacker, account('of-the-attacker'))
      await expect(accounts.finish(victim, answer)).rejects.toMatchObject({ code: 'wrong_state' })
      expect(await heldBy('of-the-attacker')).toBe(0)
    })

    it('with a state that was made up, changed, or is empty', async () => {
      const { accounts, answered } = begin()
      const person = await makePerson(db, 'Somebody')
      const { code, state } = await answered(person, account('made-up'))
      const [text = '', seal = ''] = state.split('.')
      for (const bad of ['', '.', 'x.y', text, `${text}.`, `${text}x.${seal}`, `${text}.${seal}x`, `.${seal}`]) {
        await expect(accounts.finish(person, { code, state: bad })).rejects.toMatchObject({ code: 'wrong_state' })
      }
      expect(await heldBy('made-up')).toBe(0)
    })

    it('that is used twice, belongs to another attempt, or comes after ten minutes', async () => {
      const { accounts, answered, later } = begin()
      const person = await makePerson(db, 'Slow')
      const [one, two] = [await answered(person, account('one')), await answered(person, account('two'))]
      await expect(accounts.finish(person, { code: one.code, state: two.state })).rejects.toMatchObject({
        code: 'wrong_state',
      })
      const third = await answered(person, account('three'))
      later(11)
      await expect(accounts.finish(person, third)).rejects.toMatchObject({ code: 'wrong_state' })
      const fresh = await answered(person, account('four'))
      await accounts.finish(person, fresh)
      await accounts.unlink(person)
      await expect(accounts.finish(person, fresh)).rejects.toMatchObject({ code: 'wrong_state' })
      expect(await heldBy('four')).toBe(0)
    })
  })

  describe('what the identity provider says', () => {
    it('is looked up once and held by number, so a login taken over by somebody else is not theirs', async () => {
      const { accounts, known } = begin()
      const person = await makePerson(db, 'Named')
      const before = account('nickname')
      known.push(before)
      await accounts.adopt(person.userId, person.name, 'nickname')
      known.splice(0, 1, account('nickname'))
      await accounts.adopt(person.userId, person.name, 'Nickname')
      const row = await db.gitAccount.findFirstOrThrow({ where: { userId: person.userId, unlinkedAt: null } })
      expect([row.hostId, row.source]).toEqual([BigInt(before.id), 'identity'])
    })

    it('follows when the provider names another login, and never beats what somebody has shown', async () => {
      const { accounts, known, link } = begin()
      const [named, shown] = [await makePerson(db, 'Named'), await makePerson(db, 'Shown')]
      known.push(account('former'), account('latter'))
      await accounts.adopt(named.userId, named.name, 'former')
      await accounts.adopt(named.userId, named.name, 'latter')
      expect((await accounts.mine(named)).account?.login).toBe('latter')
      await link(shown, account('proven'))
      await accounts.adopt(shown.userId, shown.name, 'former')
      expect((await accounts.mine(shown)).account).toMatchObject({ login: 'proven', source: 'oauth' })
      const late = await makePerson(db, 'Late')
      await expect(accounts.adopt(late.userId, late.name, 'latter')).rejects.toMatchObject({ code: 'conflict' })
    })
  })
})
