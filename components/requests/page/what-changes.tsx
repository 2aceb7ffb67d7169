import { amountInWords, costDelta, percent, resourceTitles } from '#components/ui/figures/amounts.ts'
import { Section } from '#components/ui/page/section.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import { verdictTone } from '#components/ui/state/tone.ts'
import type { RequestView, ResourceChange } from '#server/contracts/requests.ts'
import { outsideResources } from './draft-words.ts'
import classes from './request.module.css'

/** The change in numbers: now, after, used, what the team keeps, what it costs. */
export function WhatChanges({ request }: { request: RequestView }) {
  const { verdict, environment } = request
  const rows = verdict.changes.filter((change) => change.now !== 0 || change.after !== 0)
  // What is new has no use yet: a column of dashes would say nothing.
  const showsUse = rows.some((change) => change.used !== null && change.now !== 0)
  const words = outsideResources(request.draft)
  return (
    <Section
      title="What changes"
      aside={<StateBadge tone={verdictTone[verdict.outcome]}>{policyInWords(request)}</StateBadge>}
      flush
    >
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label="What changes, in numbers">
          <table className={classes.changes}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">Resource</span>
                </th>
                <th scope="col">Now</th>
                <th scope="col">After</th>
                {showsUse && <th scope="col">Used now</th>}
                <th scope="col">Team left in {environment}</th>
                <th scope="col">A month</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((change) => (
                <ChangeRow key={change.resource} change={change} showsUse={showsUse} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {words.map((line) => (
        <p key={line} className={classes.note}>
          {line}
        </p>
      ))}
      <p className={classes.note}>{verdict.summary}</p>
    </Section>
  )
}

function ChangeRow({ change, showsUse }: { change: ResourceChange; showsUse: boolean }) {
  const { resource, now, after, used, leftNow, leftAfter, monthlyDelta } = change
  const words = (amount: number) => amountInWords(resource, amount)
  return (
    <tr>
      <th scope="row">{resourceTitles[resource]}</th>
      <td>{words(now)}</td>
      <td className={now === after ? undefined : classes.moved}>{words(after)}</td>
      {showsUse && <td>{used === null || now === 0 ? '–' : percent(used / now, 0)}</td>}
      <td>{leftNow === leftAfter ? words(leftNow) : `${words(leftNow)} → ${words(leftAfter)}`}</td>
      <td>{costDelta(monthlyDelta)}</td>
    </tr>
  )
}

function policyInWords({ verdict }: RequestView): string {
  if (verdict.outcome === 'automatic') return 'Policy: goes through by itself'
  if (verdict.outcome === 'refused') return 'Policy: refused'
  return `Policy: needs ${verdict.approvals} ${verdict.approvals === 1 ? 'approval' : 'approvals'}`
}
