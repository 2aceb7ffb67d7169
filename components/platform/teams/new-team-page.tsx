'use client'

import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { ForAdmins } from './for-admins.tsx'
import { NewTeamForm } from './new-team-form.tsx'

export function NewTeamPage() {
  return (
    <ForAdmins>
      <PageHeader
        title="Create a team"
        facts="Its people can ask for namespaces as soon as it has a maintainer"
        above={<Breadcrumbs above={[{ label: 'Teams', href: '/admin/teams' }]} here="Create a team" />}
      />
      <NewTeamForm />
    </ForAdmins>
  )
}
