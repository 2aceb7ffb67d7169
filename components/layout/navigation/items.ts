import {
  IconBell,
  IconBox,
  IconChartLine,
  IconFlask,
  IconGitPullRequest,
  IconHexagon3d,
  IconHistory,
  IconHome,
  IconPlugConnected,
  IconRocket,
  IconShield,
  IconUsers,
  IconUsersGroup,
  type TablerIcon,
} from '@tabler/icons-react'

export type NavigationItem = {
  label: string
  href: string
  icon: TablerIcon
  /** Also current on pages below these addresses. */
  covers: readonly string[]
  counts?: 'requests' | 'alerts' | 'reviews'
}

export function teamItems(team: string): NavigationItem[] {
  const at = (page: string) => `/teams/${team}/${page}`
  return [
    { label: 'Home', href: `/teams/${team}`, icon: IconHome, covers: [] },
    {
      label: 'Requests',
      href: at('requests'),
      icon: IconGitPullRequest,
      covers: [at('requests'), '/requests'],
      counts: 'requests',
    },
    { label: 'Namespaces', href: at('namespaces'), icon: IconHexagon3d, covers: [at('namespaces')] },
    { label: 'Models', href: at('models'), icon: IconBox, covers: [at('models')] },
    { label: 'Deployments', href: at('deployments'), icon: IconRocket, covers: [at('deployments')] },
    { label: 'Playground', href: at('playground'), icon: IconFlask, covers: [at('playground')] },
    { label: 'Metrics', href: at('metrics'), icon: IconChartLine, covers: [at('metrics')] },
    { label: 'Alerts', href: at('alerts'), icon: IconBell, covers: [at('alerts')], counts: 'alerts' },
    { label: 'Team', href: at('team'), icon: IconUsers, covers: [at('team')] },
  ]
}

export function platformItems(may: (action: string) => boolean): NavigationItem[] {
  const items: NavigationItem[] = []
  if (may('request.approve')) {
    items.push({ label: 'Review queue', href: '/review', icon: IconShield, covers: ['/review'], counts: 'reviews' })
  }
  if (may('audit.read')) items.push({ label: 'Audit', href: '/audit', icon: IconHistory, covers: ['/audit'] })
  if (may('team.create')) {
    items.push({ label: 'Teams', href: '/admin/teams', icon: IconUsersGroup, covers: ['/admin/teams'] })
  }
  items.push({ label: 'Integrations', href: '/integrations', icon: IconPlugConnected, covers: ['/integrations'] })
  return items
}

export const isCurrent = (item: NavigationItem, path: string) =>
  path === item.href || item.covers.some((start) => path === start || path.startsWith(`${start}/`))
