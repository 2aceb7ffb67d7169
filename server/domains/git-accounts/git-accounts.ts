/**
 * Accounts on the Git host. Somebody shows which one is theirs by signing in there; from then on their reviews there
 * are theirs here. One person holds one account and one account has one holder, and what was once held stays written.
 */
import type { GitAccountView } from '../../contracts/platform/git-account.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import { failure } from '../../errors.ts'
import { type Actor, systemActor } from '../../permissions/actor.ts'
import { demand } from '../../permissions/permissions.ts'
import type { Clock } from '../../ports/clock.ts'
import type { GitHost, HostAccount } from '../../ports/git-host.ts'
import type { GitSignIn } from '../../ports/git-sign-in.ts'
import { recordAudit } from '../audit/audit.ts'
import { beginAttempt, readAttempt, verifierOf } from './attempt.ts'

export { type Holding, holdingsOf } from './holders.ts'

type Needs = {
  db: Database
  clock: Clock
  git: Pick<GitHost, 'findAccount'>
  /** Absent where linking is not set up. */
  signIn: GitSignIn | undefined
  secret: string
  portalUrl: string
  hostUrl: string
}

export type GitAccounts = ReturnType<typeof createGitAccounts>
type Source = 'oauth' | 'identity'

export function createGitAccounts({ db, clock, git, signIn, secret, portalUrl, hostUrl }: Needs) {
  const returnTo = `${portalUrl}/settings/git-account`

  const heldBy = (tx: Database | Transaction, userId: string) =>
    tx.gitAccount.findFirst({ where: { userId, unlinkedAt: null } })

  async function view(userId: string): Promise<GitAccountView> {
    const held = await heldBy(db, userId)
    return {
      host: hostUrl,
      canLink: signIn !== undefined,
      account: held && {
        login: held.login,
        url: `${hostUrl}/${held.login}`,
        linkedAt: held.linkedAt.toISOString(),
        source: held.source === 'identity' ? 'identity' : 'oauth',
      },
    }
  }

  async function link(actor: Actor, userId: string, account: HostAccount, source: Source): Promise<void> {
    try {
      await db.$transaction(async (tx) => {
        const held = await heldBy(tx, userId)
        const hostId = BigInt(account.id)
        if (held && held.hostId !== hostId) throw holdsAnother(held.login)
        const { login } = account
        if (held) await tx.gitAccount.update({ where: { id: held.id }, data: { login, source } })
        else await tx.gitAccount.create({ data: { userId, hostId, login, source, linkedAt: clock.now() } })
        await recordAudit(tx, {
          actor,
          action: 'gitAccount.link',
          object: { kind: 'person', id: userId, name: actor.name },
          after: { login, account: account.id, source },
        })
      })
    } catch (error) {
      if (isUniqueViolation(error)) throw heldBySomebodyElse(account.login)
      throw error
    }
  }

  async function unlink(tx: Transaction, actor: Actor, held: { id: string; userId: string; login: string }) {
    await tx.gitAccount.update({ where: { id: held.id }, data: { unlinkedAt: clock.now() } })
    await recordAudit(tx, {
      actor,
      action: 'gitAccount.unlink',
      object: { kind: 'person', id: held.userId, name: actor.name },
      before: { login: held.login },
    })
  }

  return {
    async mine(actor: Actor): Promise<GitAccountView> {
      demand(actor, 'gitAccount.read')
      return view(personOf(actor))
    },

    async start(actor: Actor): Promise<{ url: string }> {
      demand(actor, 'gitAccount.link')
      if (!signIn) throw notSetUp()
      const held = await heldBy(db, personOf(actor))
      if (held) throw holdsAnother(held.login)
      return { url: signIn.address({ ...beginAttempt(secret, personOf(actor), clock.now()), returnTo }) }
    },

    async finish(actor: Actor, { code, state }: { code: string; state: string }): Promise<GitAccountView> {
      demand(actor, 'gitAccount.link')
      if (!signIn) throw notSetUp()
      const userId = personOf(actor)
      const attempt = readAttempt(secret, state, clock.now())
      if (attempt === 'forged' || (attempt !== 'too late' && attempt.user !== userId))
        throw startAgain('This link was not begun by you in this portal.')
      const account =
        attempt === 'too late'
          ? undefined
          : await signIn.accountOf(code, { returnTo, verifier: verifierOf(secret, state) })
      if (!account) throw startAgain('The answer of the Git host was used before, or is too old.')
      await link(actor, userId, account, 'oauth')
      return view(userId)
    },

    async unlink(actor: Actor): Promise<void> {
      demand(actor, 'gitAccount.unlink')
      const userId = personOf(actor)
      await db.$transaction(async (tx) => {
        const held = await heldBy(tx, userId)
        if (!held) throw failure('wrong_state', 'You have no account linked.', 'Reload the page.')
        await unlink(tx, actor, held)
      })
    },

    /**
     * The identity provider names somebody's login. It is looked up once and then held by its number: when the login
     * is renamed and taken by somebody else, theirs is another number. What people have shown themselves goes first.
     */
    async adopt(userId: string, name: string, login: string): Promise<void> {
      const held = await heldBy(db, userId)
      if (held && (held.source === 'oauth' || held.login.toLowerCase() === login.toLowerCase())) return
      const account = await git.findAccount(login)
      if (!account) return
      const actor = systemActor(name)
      if (held && held.hostId !== BigInt(account.id)) await db.$transaction((tx) => unlink(tx, actor, held))
      await link(actor, userId, account, 'identity')
    },
  }
}

function personOf(actor: Actor): string {
  if (actor.userId === null) throw failure('forbidden', 'Only a person has an account on the Git host.', 'Sign in.')
  return actor.userId
}

const notSetUp = () =>
  failure(
    'integration_unavailable',
    'The portal is not set up for linking accounts of the Git host.',
    'A platform admin registers an OAuth app there and sets GIT_OAUTH_CLIENT_ID and GIT_OAUTH_CLIENT_SECRET.',
  )

const holdsAnother = (login: string) =>
  failure('wrong_state', `You have linked ${login} already.`, 'Unlink it first, then link the other account.')

const heldBySomebodyElse = (login: string) =>
  failure(
    'conflict',
    `${login} is linked to somebody else here.`,
    'Sign out at the Git host and sign in there with your own account, then link again. If this one is yours, ask a platform admin.',
  )

const startAgain = (what: string) => failure('wrong_state', what, 'Start linking again from your settings.')
