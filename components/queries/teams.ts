import { findPeople, getAllowanceUse, getTeam, listMembers, listTeams } from '#server/contracts/people.ts'
import { pagesFor, queryFor } from './query.ts'

export const teamPages = () => pagesFor(listTeams, {})
export const teamQuery = (team: string) => queryFor(getTeam, { team })
export const memberPages = (team: string) => pagesFor(listMembers, { team })
export const peopleQuery = (q: string) => queryFor(findPeople, { q, limit: 20 })
export const allowanceUseQuery = (team: string) => queryFor(getAllowanceUse, { team })
