/** From the claims of a verified ID token to an identity. Everything a provider may leave out or overdo is met here. */
import { z } from 'zod'
import type { Identity } from '../../domains/people/people.ts'

const most = 5000

const Claims = z.looseObject({
  iss: z.string().min(1),
  sub: z.string().min(1).max(255),
  name: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  email: z.string().max(320).optional().catch(undefined),
  _claim_names: z.looseObject({}).optional().catch(undefined),
  hasgroups: z.unknown().optional(),
})

export type Reading = {
  identity: Identity
  /** What the provider says of their account on the Git host: a hint, which is looked up there. */
  gitLogin: string | null
  /** The provider says there are groups, but not which: too many for a token. */
  groupsWithheld: boolean
}

export function readClaims(
  claims: unknown,
  { groupsClaim, gitLoginClaim }: { groupsClaim: string; gitLoginClaim: string | undefined },
): Reading {
  const read = Claims.parse(claims)
  const listed = read[groupsClaim]
  const names = read._claim_names
  const withheld =
    listed === undefined && (Boolean(read.hasgroups) || (names !== undefined && Object.hasOwn(names, groupsClaim)))
  const gitLogin = gitLoginClaim ? read[gitLoginClaim] : undefined
  return {
    identity: {
      issuer: read.iss,
      subject: read.sub,
      name: tidy(read.name) || tidy(read.preferred_username) || tidy(read.email) || 'Somebody without a name',
      email: tidy(read.email) || null,
      groups: groupNames(listed),
    },
    gitLogin: typeof gitLogin === 'string' && /^[A-Za-z0-9-]{1,39}$/.test(gitLogin) ? gitLogin : null,
    groupsWithheld: withheld,
  }
}

function groupNames(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return []
  return value.filter((each): each is string => typeof each === 'string' && each.length <= 255).slice(0, most)
}

/** A name is shown everywhere: one line, no characters that turn the text around. */
const tidy = (text: string | undefined) =>
  (text ?? '')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 200)
