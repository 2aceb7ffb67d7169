import { type TokenScope, teamTokenScopes, tokenScopes } from '#server/contracts/tokens.ts'

type TeamScope = (typeof teamTokenScopes)[number]

export const scopeWords: Record<TokenScope, string> = {
  read: 'See what its owner sees',
  requests: 'Ask for changes and withdraw them',
  approvals: 'Approve, refuse and comment requests',
  models: 'Register models and upload versions',
  predictions: 'Predict with deployed models',
  alerts: 'Silence alerts',
  teams: 'Manage teams and their members',
}

export const isTeamScope = (scope: TokenScope): scope is TeamScope => teamTokenScopes.some((each) => each === scope)

/** What a token may be given: a team's neither decides nor manages people. */
export const scopesOf = (team: string | null): readonly TokenScope[] => (team === null ? tokenScopes : teamTokenScopes)
