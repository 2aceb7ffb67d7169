'use client'

import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '#components/layout/me-context.tsx'
import { call } from '#components/queries/wire/call.ts'
import { DropdownItem } from '#components/ui/actions/dropdown-item.tsx'
import { MoreMenu } from '#components/ui/actions/more-menu.tsx'
import { notify } from '#components/ui/actions/notify.ts'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { type ApplicationView, refreshApplication } from '#server/contracts/delivery.ts'
import classes from './delivery.module.css'
import { LazyAskDialog } from './lazy-ask-dialog.tsx'

type Props = { team: string; application: ApplicationView }

/** For whoever may: to look again at once; behind the dots what should be thought about first. */
export function DeliveryActions({ team, application }: Props) {
  const may = useMay(team)
  const client = useQueryClient()
  const [asking, setAsking] = useState<'hard' | 'sync' | null>(null)
  const look = useMutation({
    mutationFn: () => call(refreshApplication, { team, application: application.name }),
    onSuccess: () => notify('Argo CD is looking again.'),
    onSettled: () => client.invalidateQueries(),
  })
  if (!may('application.refresh')) return null
  return (
    <div className={classes.actions}>
      <Button size="xs" variant="default" loading={look.isPending} onClick={() => look.mutate()}>
        Look again
      </Button>
      <MoreMenu label="More for Argo CD" small>
        {(close) => {
          const ask = (what: 'hard' | 'sync') => () => {
            close()
            setAsking(what)
          }
          return (
            <>
              {may('application.sync') && <DropdownItem onClick={ask('sync')}>Apply what Git says now</DropdownItem>}
              <DropdownItem onClick={ask('hard')}>Read the repository anew</DropdownItem>
            </>
          )
        }}
      </MoreMenu>
      {look.error ? <ErrorState error={look.error} /> : null}
      {asking && <LazyAskDialog team={team} application={application} what={asking} onClose={() => setAsking(null)} />}
    </div>
  )
}
