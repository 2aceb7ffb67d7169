'use client'

import { createContext, useContext } from 'react'
import type { Me } from '#server/contracts/people.ts'

const MeContext = createContext<Me | null>(null)

export const MeProvider = MeContext.Provider

/** Who is signed in. Every page inside the shell may ask. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('useMe is for pages inside the shell.')
  return me
}

/** Whether the reader may do something in a team; the server decides again when it is done. */
export function useMay(team: string | null): (action: string) => boolean {
  const me = useMe()
  const inTeam = me.teams.find((each) => each.slug === team)
  return (action) => me.can.includes(action) || (inTeam?.can.includes(action) ?? false)
}
