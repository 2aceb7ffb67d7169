import { Loader } from '@mantine/core'
import { problemOf } from '#components/queries/wire/problem-error.ts'
import { amountInWords, costDelta, resourceTitles } from '#components/ui/figures/amounts.ts'
import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Notice } from '#components/ui/page/notice.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { verdictTone } from '#components/ui/state/tone.ts'
import type { Verdict } from '#server/contracts/requests.ts'
import classes from './form.module.css'

const titles = { automatic: 'Goes through by itself', review: 'Needs approval', refused: 'Does not fit' }

type Props = {
  verdict: Verdict | undefined
  error: unknown
  thinking: boolean
  /** What stands there while there is nothing to judge. */
  idle?: string | undefined
}

const fillIn = 'Fill in the form; the answer appears here before you send it.'

/** What will happen if this is sent: shown while it is written. */
export function VerdictPanel({ verdict, error, thinking, idle }: Props) {
  return (
    <div className={classes.aside}>
      <Section
        title="What will happen"
        aside={thinking ? <Loader size={14} role="status" aria-label="Checking" /> : null}
      >
        <div aria-live="polite" aria-busy={thinking}>
          {idle ? (
            <p className={classes.quiet}>{idle}</p>
          ) : error ? (
            <Trouble error={error} />
          ) : verdict ? (
            <VerdictWords verdict={verdict} />
          ) : (
            <p className={classes.quiet}>{fillIn}</p>
          )}
        </div>
      </Section>
    </div>
  )
}

/** What the reader can put right by themselves is no failure: it needs neither an id nor a second try. */
function Trouble({ error }: { error: unknown }) {
  const { status, title, detail, remedy } = problemOf(error)
  if (status < 400 || status >= 500) return <ErrorState error={error} />
  return (
    <Notice tone="warn" title={title}>
      {detail} {remedy}
    </Notice>
  )
}

function VerdictWords({ verdict }: { verdict: Verdict }) {
  const changes = verdict.changes.filter((change) => change.now !== change.after)
  return (
    <div className={classes.verdict}>
      <Notice tone={verdictTone[verdict.outcome]} title={titles[verdict.outcome]}>
        {verdict.summary}
      </Notice>
      <dl className={classes.facts}>
        {verdict.outcome !== 'refused' && (
          <>
            <dt>Approval</dt>
            <dd>{verdict.approvals === 0 ? 'none needed' : `${verdict.approvals} needed`}</dd>
          </>
        )}
        <dt>Cost</dt>
        <dd className="numeric">
          {costDelta(verdict.monthlyDelta) === '–' ? 'no change' : `${costDelta(verdict.monthlyDelta)} a month`}
        </dd>
        {changes.map((change) => (
          <div key={change.resource} className={classes.factRow}>
            <dt>{resourceTitles[change.resource]}</dt>
            <dd className="numeric">
              {amountInWords(change.resource, change.now)} → {amountInWords(change.resource, change.after)}
              <span className={classes.left}>
                {change.leftAfter < 0
                  ? `${amountInWords(change.resource, -change.leftAfter)} too much for the team`
                  : `the team keeps ${amountInWords(change.resource, change.leftAfter)}`}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {verdict.reasons.length > 0 && (
        <ul className={classes.reasons}>
          {verdict.reasons.map((reason) => (
            <li key={`${reason.rule}${reason.message}`}>{reason.message}</li>
          ))}
        </ul>
      )}
      <p className={classes.small}>Judged by policy {verdict.policyVersion.slice(0, 7)}</p>
    </div>
  )
}
