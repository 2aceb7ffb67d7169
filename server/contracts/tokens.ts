/** API tokens: of a person, or of a team. The secret is told once. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { prose, TeamSlug } from './names.ts'
import { Paging, page, sorting, Timestamp } from './paging.ts'
import { Person } from './people.ts'

export const tokenScopes = ['read', 'requests', 'approvals', 'models', 'predictions', 'alerts', 'teams'] as const
export const TokenScope = z.enum(tokenScopes)
export type TokenScope = z.infer<typeof TokenScope>

/** A team's token works with what the team has; it neither decides nor manages people. */
export const teamTokenScopes = ['read', 'requests', 'models', 'predictions', 'alerts'] as const

export const TokenView = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of the secret, to tell tokens apart' }),
  scopes: z.array(TokenScope),
  createdBy: Person,
  createdAt: Timestamp,
  expiresAt: Timestamp,
  lastUsedAt: Timestamp.nullable(),
  state: z.enum(['active', 'expired', 'revoked']),
})
export type TokenView = z.infer<typeof TokenView>

export const NewToken = TokenView.extend({
  secret: z.string().meta({ description: 'Send it as Authorization: Bearer …; it is shown this once' }),
})
export type NewToken = z.infer<typeof NewToken>

const scopes = <Scope extends string>(allowed: readonly [Scope, ...Scope[]]) =>
  z
    .array(z.enum(allowed))
    .min(1, 'Choose at least one scope.')
    .max(tokenScopes.length)
    .transform((chosen) => [...new Set(chosen)])

const tokenFields = {
  name: prose('The name', { min: 2, max: 60 }),
  days: z
    .number()
    .int('Days are whole.')
    .min(1, 'A token lasts at least a day.')
    .max(365, 'A token lasts at most a year.')
    .default(90),
}

export const TokenSort = sorting(['name', 'createdBy', 'createdAt', 'lastUsedAt', 'expiresAt'])
const listing = Paging.extend({ sort: TokenSort.default('-createdAt') })
const oneToken = z.object({ id: z.uuid('A token id is a UUID.') })

export const listTokens = contract({
  method: 'GET',
  path: '/api/v1/me/tokens',
  action: 'token.list',
  summary: 'Your own tokens, newest first unless told',
  input: listing,
  output: page(TokenView),
})

export const createToken = contract({
  method: 'POST',
  path: '/api/v1/me/tokens',
  action: 'token.create',
  status: 201,
  secret: true,
  summary: 'Make a token that acts as you, within its scopes',
  input: z.object({ ...tokenFields, scopes: scopes(tokenScopes) }).strict(),
  output: NewToken,
  errors: ['wrong_state'],
})

export const revokeToken = contract({
  method: 'DELETE',
  path: '/api/v1/me/tokens/{id}',
  action: 'token.revoke',
  status: 204,
  summary: 'Revoke a token of yours',
  input: oneToken,
  output: z.void(),
})

export const revokeAllTokens = contract({
  method: 'POST',
  path: '/api/v1/me/tokens/revoke-all',
  action: 'token.revoke',
  summary: 'Revoke all tokens of yours',
  input: z.object({}).strict(),
  output: z.object({ revoked: z.number().int() }),
})

export const listTeamTokens = contract({
  method: 'GET',
  path: '/api/v1/teams/{team}/tokens',
  action: 'teamToken.list',
  summary: 'Tokens of a team, newest first unless told',
  input: listing.extend({ team: TeamSlug }),
  output: page(TokenView),
})

export const createTeamToken = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/tokens',
  action: 'teamToken.create',
  status: 201,
  secret: true,
  summary: 'Make a token that acts for a team as a member, within its scopes',
  input: z.object({ team: TeamSlug, ...tokenFields, scopes: scopes(teamTokenScopes) }).strict(),
  output: NewToken,
  errors: ['wrong_state'],
})

export const revokeTeamToken = contract({
  method: 'DELETE',
  path: '/api/v1/teams/{team}/tokens/{id}',
  action: 'teamToken.revoke',
  status: 204,
  summary: 'Revoke a token of a team',
  input: oneToken.extend({ team: TeamSlug }),
  output: z.void(),
})

export const revokeAllTeamTokens = contract({
  method: 'POST',
  path: '/api/v1/teams/{team}/tokens/revoke-all',
  action: 'teamToken.revoke',
  summary: 'Revoke all tokens of a team',
  input: z.object({ team: TeamSlug }).strict(),
  output: z.object({ revoked: z.number().int() }),
})
