import { listTeamTokens, listTokens } from '#server/contracts/tokens.ts'
import { queryFor } from './query.ts'

export const myTokensQuery = () => queryFor(listTokens, {})
export const teamTokensQuery = (team: string) => queryFor(listTeamTokens, { team })
