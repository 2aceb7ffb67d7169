'use client'

import { Textarea, type TextareaProps } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { Breadcrumbs } from '#components/layout/navigation/breadcrumbs.tsx'
import { FormFooter } from '#components/ui/form/form-footer.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import type { Verdict } from '#server/contracts/requests.ts'
import classes from './form.module.css'
import { VerdictPanel } from './verdict-panel.tsx'

type Props = {
  team: string
  title: string
  facts: ReactNode
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void
  verdict: { verdict: Verdict | undefined; error: unknown; thinking: boolean }
  sending: boolean
  problem: unknown
  sendLabel: string
  danger?: boolean
  /** Why there is nothing to send yet. */
  idle?: string | undefined
  children: ReactNode
}

/**
 * Every form that asks for a change: the fields at the left, what will happen at the right. On a small screen, and for
 * who is read to, what will happen comes before the button.
 */
export function RequestFrame(props: Props) {
  return (
    <>
      <PageHeader
        above={<Breadcrumbs above={[{ label: 'Requests', href: `/teams/${props.team}/requests` }]} here="New" />}
        title={props.title}
        facts={props.facts}
      />
      <form className={classes.frame} onSubmit={props.onSubmit} noValidate>
        <div className={`${classes.sheet} ${classes.upper}`}>
          <div className={classes.fields}>{props.children}</div>
        </div>
        <VerdictPanel {...props.verdict} idle={props.idle} />
        <div className={`${classes.sheet} ${classes.lower}`}>
          <FormFooter
            label={props.sendLabel}
            sending={props.sending}
            problem={props.problem}
            danger={props.danger ?? false}
            disabled={props.idle !== undefined || props.verdict.verdict?.outcome === 'refused'}
          />
        </div>
      </form>
    </>
  )
}

/** Why: the first thing a reviewer reads, and what the audit keeps. */
export const ReasonField = (props: TextareaProps) => (
  <Textarea
    label="Reason"
    description="The reviewer reads this first. Say what it is for and what happens without it."
    autosize
    minRows={3}
    maxRows={10}
    required
    {...props}
  />
)
