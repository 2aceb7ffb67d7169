/** Who acts. Every service is told, and asks nobody else. */
import type { UserId } from '../contracts/names.ts'
import type { PlatformRole, TeamRole } from '../contracts/people.ts'

export type Actor = {
  kind: 'user' | 'token' | 'system'
  /** The person; for a token the one who made it, so that nobody approves what their own token asked for. */
  userId: UserId | null
  name: string
  platformRoles: readonly PlatformRole[]
  /** Team slug → role. A team's token has its team alone. */
  teams: ReadonlyMap<string, TeamRole>
  /** What a token is good for; null where that is not limited. */
  scopes: readonly string[] | null
  /** The HTTP request this happens in, for the audit. */
  requestId: string | null
}

/** The portal itself, at work for nobody in particular: a job, a reconciler, the seed. */
export function systemActor(name: string, requestId: string | null = null): Actor {
  return { kind: 'system', userId: null, name, platformRoles: [], teams: new Map(), scopes: null, requestId }
}
