'use client'

import { useDebouncedValue } from '@mantine/hooks'
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight'
import {
  IconBox,
  IconGitPullRequest,
  IconHexagon3d,
  IconPlus,
  IconRocket,
  IconSearch,
  IconUsers,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { deploymentsQuery } from '#components/queries/deployments.ts'
import { modelsQuery } from '#components/queries/models.ts'
import { namespacesQuery } from '#components/queries/namespaces.ts'
import { requestsQuery } from '#components/queries/requests.ts'
import { mayLeave } from '#components/ui/form/leaving.ts'
import { useMay, useMe } from '../me-context.tsx'
import { platformItems, teamItems } from '../navigation/items.ts'
import { useCurrentTeam } from '../use-current-team.ts'

type Entry = { id: string; label: string; description?: string; href: string; icon: typeof IconBox }

/** Go anywhere, start anything, find what the team has. */
export function Palette({ opening }: { opening: number }) {
  const me = useMe()
  const team = useCurrentTeam()
  const may = useMay(team?.slug ?? null)
  const router = useRouter()
  const slug = team?.slug ?? 'none'
  const enabled = team !== null
  const [typed, setTyped] = useState('')
  const [words] = useDebouncedValue(typed.trim(), 200)
  const requests = useQuery({ ...requestsQuery({ team: slug, limit: 50 }), enabled })
  // Beyond the team that is open: whatever the reader may see.
  const found = useQuery({ ...requestsQuery({ q: words.slice(0, 100), limit: 20 }), enabled: words.length > 1 })
  const namespaces = useQuery({ ...namespacesQuery(slug), enabled })
  const models = useQuery({ ...modelsQuery(slug), enabled })
  const deployments = useQuery({ ...deploymentsQuery(slug), enabled })
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new opening opens it again
  useEffect(() => spotlight.open(), [opening])

  const group = (name: string, entries: readonly Entry[]): SpotlightActionGroupData => ({
    group: name,
    actions: entries.map(
      ({ id, label, description, href, icon: Icon }): SpotlightActionData => ({
        id,
        label,
        description,
        leftSection: <Icon size={17} stroke={1.7} aria-hidden />,
        onClick: () => mayLeave() && router.push(href),
      }),
    ),
  })
  const startable: Entry[] = may('request.submit')
    ? [
        {
          id: 'new-namespace',
          label: 'Request a namespace',
          href: `/requests/new?kind=namespace.create&team=${slug}`,
          icon: IconPlus,
        },
        {
          id: 'new-deploy',
          label: 'Deploy a model',
          href: `/requests/new?kind=model.deploy&team=${slug}`,
          icon: IconRocket,
        },
      ]
    : []
  const pages = [...(team ? teamItems(team.slug) : []), ...platformItems((action) => may(action))]
  const groups = [
    group('Start', startable),
    group(
      'Go to',
      pages.map((item) => ({ id: item.href, label: item.label, href: item.href, icon: item.icon })),
    ),
    group(
      'Deployments',
      (deployments.data?.items ?? []).map((each) => ({
        id: `deployment-${each.servedName}`,
        label: each.servedName,
        description: each.state,
        href: `/teams/${slug}/deployments/${each.namespace}/${each.model}`,
        icon: IconRocket,
      })),
    ),
    group(
      'Models',
      (models.data?.items ?? []).map((each) => ({
        id: `model-${each.name}`,
        label: each.name,
        description: each.description,
        href: `/teams/${slug}/models/${each.name}`,
        icon: IconBox,
      })),
    ),
    group(
      'Namespaces',
      (namespaces.data?.items ?? []).map((each) => ({
        id: `namespace-${each.name}`,
        label: each.name,
        description: each.state,
        href: `/teams/${slug}/namespaces/${each.name}`,
        icon: IconHexagon3d,
      })),
    ),
    group(
      'Requests',
      withoutDoubles([...(requests.data?.items ?? []), ...(found.data?.items ?? [])]).map((each) => ({
        id: each.id,
        label: `#${each.number} ${each.title}`,
        description: each.stateLabel,
        href: `/requests/${each.id}`,
        icon: IconGitPullRequest,
      })),
    ),
    group(
      'Teams',
      me.teams.map((each) => ({
        id: `team-${each.slug}`,
        label: each.name,
        description: each.slug,
        href: `/teams/${each.slug}`,
        icon: IconUsers,
      })),
    ),
  ].filter((each) => each.actions.length > 0)

  return (
    <Spotlight
      actions={groups}
      query={typed}
      onQueryChange={setTyped}
      nothingFound="Nothing by that name"
      highlightQuery
      scrollable
      maxHeight={440}
      shortcut={null}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.7} />,
        placeholder: 'Search or jump to',
        'aria-label': 'Search or jump to',
      }}
    />
  )
}

const withoutDoubles = <Thing extends { id: string }>(things: readonly Thing[]): Thing[] => [
  ...new Map(things.map((each) => [each.id, each])).values(),
]
