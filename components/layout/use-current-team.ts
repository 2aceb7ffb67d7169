'use client'

import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useParams, usePathname, useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { requestQuery } from '#components/queries/requests.ts'
import { useMe } from './me-context.tsx'

/** The team of this page, or of the request that it shows; on pages of no team, the one that was looked at last. */
export function useCurrentTeam(): { slug: string; name: string } | null {
  const me = useMe()
  const parameters = useParams<{ team?: string; id?: string }>()
  const isRequest = usePathname().startsWith('/requests/') && parameters.id !== undefined
  const request = useQuery({ ...requestQuery(parameters.id ?? ''), enabled: isRequest }).data
  const search = useSearchParams()
  const [last, setLast] = useLocalStorage({ key: 'modelyard.team', defaultValue: '' })
  const asked = parameters.team ?? search.get('team') ?? request?.team ?? ''
  const find = (slug: string) => me.teams.find((each) => each.slug === slug)
  const own = me.teams.find((each) => each.role !== null)
  const current = find(asked) ?? find(last) ?? own ?? me.teams[0] ?? null
  useEffect(() => {
    if (asked && asked !== last) setLast(asked)
  }, [asked, last, setLast])
  return current
}
