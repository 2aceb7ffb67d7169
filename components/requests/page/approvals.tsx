import type { z } from 'zod'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import type { Approval, RequestView, UncountedReview as Review } from '#server/contracts/requests.ts'
import classes from './request.module.css'

type Given = z.output<typeof Approval>

const did = { approved: 'approved', changes_requested: 'asked for changes at', rejected: 'rejected' }

const since = { branch_moved: 'the branch has moved on', withdrawn: 'it was taken back' }

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('')

/** Who has said what about which commit, and who is still missing. */
export function Approvals({ request }: { request: RequestView }) {
  const standing = request.approvals.filter((each) => each.decision === 'approved' && !each.voidedAt).length
  const open = ['opening', 'in_review', 'changes_requested'].includes(request.state)
  const missing = open ? Math.max(0, request.approvalsNeeded - standing) : 0
  return (
    <Section title="Approvals">
      <ul className={classes.people}>
        {request.approvals.map((each) => (
          <li key={`${each.reviewer.id}${each.at}`} className={classes.person}>
            <span className={classes.avatar} data-tone={each.decision === 'approved' ? 'good' : 'bad'} aria-hidden>
              {initials(each.reviewer.name)}
            </span>
            <Decision given={each} />
          </li>
        ))}
        {missing > 0 && (
          <li className={classes.person}>
            <span className={classes.avatar} data-tone="missing" aria-hidden>
              ?
            </span>
            <div>
              <div className={classes.personName}>{missingInWords(missing, standing)}</div>
              <div className={classes.personDetail}>{request.verdict.approvers}</div>
            </div>
          </li>
        )}
        {request.uncountedReviews.map((each) => (
          <UncountedReview key={each.login} review={each} />
        ))}
        {request.approvals.length === 0 && missing === 0 && (
          <li className={classes.personDetail}>
            {request.approvalsNeeded === 0 ? 'The policy lets this through without one.' : 'None was given.'}
          </li>
        )}
      </ul>
    </Section>
  )
}

function missingInWords(missing: number, standing: number): string {
  if (standing > 0) return missing === 1 ? 'One more' : `${missing} more`
  return missing === 1 ? 'One approval' : `${missing} approvals`
}

/** Said on the Git host by somebody whose word has no weight here, and why. */
function UncountedReview({ review: { login, decision, sha, at, why } }: { review: Review }) {
  return (
    <li className={classes.person}>
      <span className={classes.avatar} data-tone="missing" aria-hidden>
        {initials(login)}
      </span>
      <div>
        <div className={classes.personName}>Does not count</div>
        <div className={classes.personDetail}>
          {decision === 'approved' ? 'Approved' : 'Changes asked for at'}{' '}
          <span className="mono">{sha.slice(0, 7)}</span> on the Git host by {login}, {why}, <RelativeTime at={at} />
        </div>
      </div>
    </li>
  )
}

function Decision({ given }: { given: Given }) {
  return (
    <div>
      <div className={classes.personName}>{given.reviewer.name}</div>
      <div className={classes.personDetail}>
        <span className={given.voidedAt ? classes.void : undefined}>
          {did[given.decision]} <span className="mono">{given.sha.slice(0, 7)}</span>
        </span>
        , <RelativeTime at={given.at} />
        {given.source === 'git_host' && `, on the Git host as ${given.login}`}
        {given.voidedBecause && `. No longer counts: ${since[given.voidedBecause]}.`}
      </div>
      {given.comment && <div className={classes.personDetail}>{given.comment}</div>}
    </div>
  )
}
