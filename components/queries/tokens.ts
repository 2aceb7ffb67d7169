import type { InputOf } from '#server/contracts/contract.ts'
import { listTeamTokens, listTokens } from '#server/contracts/tokens.ts'
import { pagesFor } from './query.ts'

type Order = InputOf<typeof listTokens>['sort']

export const myTokenPages = (sort?: Order) => pagesFor(listTokens, sort ? { sort } : {})
export const teamTokenPages = (team: string, sort?: Order) => pagesFor(listTeamTokens, { team, ...(sort && { sort }) })
