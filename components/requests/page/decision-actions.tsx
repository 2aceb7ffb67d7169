'use client'

import { Button } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import dynamic from 'next/dynamic'
import { useId, useState } from 'react'
import { DropdownItem } from '#components/ui/actions/dropdown-item.tsx'
import { MoreMenu } from '#components/ui/actions/more-menu.tsx'
import type { RequestView } from '#server/contracts/requests.ts'
import { actionOrder, type Decision, decisionLabel, isDecision } from './decision.ts'
import classes from './request.module.css'

const DecisionDialog = dynamic(() => import('./decision-dialog.tsx').then((module) => module.DecisionDialog), {
  ssr: false,
})

/** The buttons of a request, from what the server says the reader may do; those that are not allowed say why. */
export function DecisionActions({ request }: { request: RequestView }) {
  const [asked, setAsked] = useState<Decision | null>(null)
  const actions = request.actions
    .filter((each) => isDecision(each.action))
    .toSorted((a, b) => actionOrder.indexOf(a.action) - actionOrder.indexOf(b.action))
  // What can never apply to this reader now would be noise; what nearly applies is shown with its reason.
  const shown = actions.filter((each) => each.allowed || (each.action === 'approve' && request.state === 'in_review'))
  const aside = shown.filter((each) => each.action === 'reject' || (each.action === 'cancel' && shown.length > 1))
  const refused = shown.find((each) => !each.allowed)
  const whyId = useId()
  const direct = shown.filter((each) => !aside.includes(each)).toReversed()
  return (
    <>
      {aside.length > 0 && (
        <MoreMenu label="More decisions">
          {(close) =>
            aside.map((each) => (
              <DropdownItem
                key={each.action}
                danger
                onClick={() => {
                  close()
                  setAsked(each.action)
                }}
              >
                {decisionLabel(each.action, request)}
              </DropdownItem>
            ))
          }
        </MoreMenu>
      )}
      {direct.map((each) => (
        <Button
          key={each.action}
          variant={each.action === 'approve' || each.action === 'retry' ? 'filled' : 'default'}
          leftSection={each.action === 'approve' ? <IconCheck size={16} stroke={2} /> : null}
          disabled={!each.allowed}
          aria-describedby={each.allowed ? undefined : whyId}
          onClick={() => setAsked(each.action)}
        >
          {decisionLabel(each.action, request)}
        </Button>
      ))}
      {refused?.why && (
        <p id={whyId} className={classes.why}>
          {refused.why}
        </p>
      )}
      {asked && <DecisionDialog decision={asked} request={request} onClose={() => setAsked(null)} />}
    </>
  )
}
