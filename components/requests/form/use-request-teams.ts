'use client'

import { useMe } from '#components/layout/me-context.tsx'

/** The teams in whose name the reader may ask for something, for a select. */
export function useRequestTeams() {
  const me = useMe()
  return me.teams
    .filter((team) => team.can.includes('request.submit'))
    .map((team) => ({ value: team.slug, label: `${team.name} (${team.slug})` }))
}
