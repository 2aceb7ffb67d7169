import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import type { Tone } from '#components/ui/state/tone.ts'
import type { WatchView } from '#server/contracts/platform/integrations.ts'
import classes from './integrations.module.css'

const words: Record<WatchView['state'], { word: string; tone: Tone }> = {
  following: { word: 'Following', tone: 'good' },
  quiet: { word: 'Fallen silent', tone: 'warn' },
  failing: { word: 'Failing', tone: 'bad' },
  unknown: { word: 'Not begun', tone: 'neutral' },
}

/** How each watch fares: how much it follows, when it was last heard, how late its news comes. */
export function WatchList({ watches }: { watches: readonly WatchView[] }) {
  return (
    <ul className={classes.watches}>
      {watches.map((watch) => (
        <li key={watch.kind} className={classes.watch}>
          <span className={classes.watchKind}>{watch.kind}</span>
          <StateBadge tone={words[watch.state].tone}>{words[watch.state].word}</StateBadge>
          <span className={classes.watchFacts}>
            <span>
              {watch.objects.toLocaleString('en-US')} {watch.objects === 1 ? 'object' : 'objects'}
            </span>
            <Moment label="heard" at={watch.heardAt} />
            <Moment label="event" at={watch.eventAt} />
            <Moment label="bookmark" at={watch.bookmarkAt} />
            {watch.delayMilliseconds !== null && <span>news {watch.delayMilliseconds} ms late</span>}
            {watch.stalls > 0 && <span>fell silent {watch.stalls} ×</span>}
          </span>
          {watch.problem && <span className={classes.watchProblem}>{watch.problem}</span>}
        </li>
      ))}
    </ul>
  )
}

const Moment = ({ label, at }: { label: string; at: string | null }) =>
  at && (
    <span>
      {label} <RelativeTime at={at} />
    </span>
  )
