import { IconPoint } from '@tabler/icons-react'
import { Section } from '#components/ui/page/section.tsx'
import { RelativeTime } from '#components/ui/state/relative-time.tsx'
import { laterBy } from '#components/ui/state/time-words.ts'
import { Timeline, type TimelineStep } from '#components/ui/text/timeline.tsx'
import { finalStates } from '#server/contracts/requests/life.ts'
import type { RequestView } from '#server/contracts/requests.ts'
import { signOf } from './timeline-signs.ts'

/** What happened with its times, and what is still to come. */
export function RequestTimeline({ request }: { request: RequestView }) {
  const ended = finalStates.includes(request.state)
  const past = request.timeline.map((entry, place): TimelineStep => {
    const { icon: Icon, tone } = signOf(entry.type)
    const before = request.timeline[place - 1]
    const last = place === request.timeline.length - 1
    return {
      id: entry.id,
      title: entry.title,
      icon: <Icon size={12} stroke={2.2} />,
      tone,
      state: last && !ended ? 'now' : 'past',
      detail: (
        <>
          {entry.detail && <>{entry.detail} · </>}
          {entry.actor && !entry.title.includes(entry.actor.name) && <>{entry.actor.name} · </>}
          {before && soon(before.at, entry.at) ? (
            laterBy(new Date(before.at), new Date(entry.at))
          ) : (
            <RelativeTime at={entry.at} />
          )}
        </>
      ),
    }
  })
  const upcoming = request.upcoming.map(
    (step): TimelineStep => ({
      id: `upcoming-${step.title}`,
      title: step.title,
      detail: step.detail,
      icon: <IconPoint size={12} stroke={2} />,
      state: 'upcoming',
    }),
  )
  return (
    <Section title="Timeline">
      <Timeline label="What happened and what is still to come" steps={[...past, ...upcoming]} />
    </Section>
  )
}

/** Steps that follow one another closely are told by the gap between them. */
const soon = (before: string, at: string) => new Date(at).getTime() - new Date(before).getTime() < 10 * 60_000
