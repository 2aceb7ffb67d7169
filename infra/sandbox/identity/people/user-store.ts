import { timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readFileIfPresent, writeFileAtomically } from '#sandbox/process/atomic-file.ts'
import { IdentityUser } from './users.ts'

/** The people of the demo plus those added or changed while it runs; the latter are kept in the state folder. */
export function openUserStore(state: string, base: readonly IdentityUser[]) {
  const path = join(state, 'users.json')
  const changed = new Map(
    z
      .array(IdentityUser)
      .parse(JSON.parse(readFileIfPresent(path) ?? '[]'))
      .map((user) => [user.username, user]),
  )
  const all = () => [...new Map([...base.map((user) => [user.username, user] as const), ...changed]).values()]

  return {
    /** Offered on the login page: only the people the provider was started with. */
    offered: () => base.map((user) => changed.get(user.username) ?? user),
    bySubject: (subject: string) => all().find((user) => user.subject === subject),
    byName: (username: string) => all().find((user) => user.username === username),
    authenticate(username: string, password: string): IdentityUser | undefined {
      const user = all().find((candidate) => candidate.username === username)
      return user && samePassword(user.password, password) ? user : undefined
    },
    put(user: IdentityUser): void {
      changed.set(user.username, user)
      writeFileAtomically(path, JSON.stringify([...changed.values()], null, 2))
    },
  }
}
export type UserStore = ReturnType<typeof openUserStore>

const samePassword = (expected: string, given: string): boolean => {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)]
  return left.length === right.length && timingSafeEqual(left, right)
}
