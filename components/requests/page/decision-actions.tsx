'use client'

import { Button, Menu, Tooltip } from '@mantine/core'
import { IconCheck, IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import type { RequestView } from '#server/contracts/requests.ts'
import { actionOrder, type Decision, decisionLabel, isDecision } from './decision.ts'
import { DecisionDialog } from './decision-dialog.tsx'

/** The buttons of a request, from what the server says the reader may do; those that are not allowed say why. */
export function DecisionActions({ request }: { request: RequestView }) {
  const [asked, setAsked] = useState<Decision | null>(null)
  const actions = request.actions
    .filter((each) => isDecision(each.action))
    .toSorted((a, b) => actionOrder.indexOf(a.action) - actionOrder.indexOf(b.action))
  // What can never apply to this reader now would be noise; what nearly applies is shown with its reason.
  const shown = actions.filter((each) => each.allowed || (each.action === 'approve' && request.state === 'in_review'))
  const aside = shown.filter((each) => each.action === 'reject' || (each.action === 'cancel' && shown.length > 1))
  const direct = shown.filter((each) => !aside.includes(each)).toReversed()
  return (
    <>
      {aside.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" px={10} aria-label="More decisions">
              <IconDots size={17} stroke={1.7} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {aside.map((each) => (
              <Menu.Item key={each.action} color="red" onClick={() => setAsked(each.action)}>
                {decisionLabel(each.action, request)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {direct.map((each) => (
        <Tooltip key={each.action} label={each.why ?? ''} disabled={each.allowed || !each.why}>
          <Button
            variant={each.action === 'approve' || each.action === 'retry' ? 'filled' : 'default'}
            leftSection={each.action === 'approve' ? <IconCheck size={16} stroke={2} /> : null}
            data-disabled={!each.allowed || undefined}
            aria-disabled={!each.allowed}
            aria-description={each.allowed ? undefined : (each.why ?? undefined)}
            onClick={() => each.allowed && setAsked(each.action)}
          >
            {decisionLabel(each.action, request)}
          </Button>
        </Tooltip>
      ))}
      {asked && <DecisionDialog decision={asked} request={request} onClose={() => setAsked(null)} />}
    </>
  )
}
