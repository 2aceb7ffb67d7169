import type { InputOf } from '#server/contracts/contract.ts'
import { findPeople, getAllowanceUse, getTeam, listMembers, listTeams } from '#server/contracts/people.ts'
import { pagesFor, queryFor } from './query.ts'

type TeamOrder = InputOf<typeof listTeams>['sort']
type MemberOrder = InputOf<typeof listMembers>['sort']

export const teamPages = (sort?: TeamOrder) => pagesFor(listTeams, sort ? { sort } : {})
export const teamQuery = (team: string) => queryFor(getTeam, { team })
export const memberPages = (team: string, sort?: MemberOrder) => pagesFor(listMembers, { team, ...(sort && { sort }) })
export const peopleQuery = (q: string) => queryFor(findPeople, { q, limit: 20 })
export const allowanceUseQuery = (team: string) => queryFor(getAllowanceUse, { team })
