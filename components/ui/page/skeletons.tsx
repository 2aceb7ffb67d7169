import { Skeleton } from '@mantine/core'
import { Card, Cards } from './layout.tsx'
import classes from './page.module.css'

/** Placeholders with the size of what comes, so that nothing jumps. */
export function HeaderSkeleton() {
  return (
    <div className={classes.header} aria-hidden>
      <div className={classes.heading}>
        <Skeleton height={26} width={240} />
        <Skeleton height={14} width={320} mt={10} maw="100%" />
      </div>
    </div>
  )
}

export function CardSkeleton({ lines = 3 }: { lines?: number }) {
  return (
    <Card>
      <Skeleton height={14} width="30%" mb={18} />
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
        <Skeleton key={line} height={13} mb={12} width={`${92 - ((line * 17) % 40)}%`} />
      ))}
    </Card>
  )
}

export function CardsSkeleton({ count = 3 }: { count?: number }) {
  return (
    <Cards>
      {Array.from({ length: count }, (_, card) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the cards are alike and never move
        <CardSkeleton key={card} lines={5} />
      ))}
    </Cards>
  )
}

export function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <HeaderSkeleton />
      <div className={classes.stack}>
        <CardSkeleton lines={6} />
        <CardSkeleton lines={4} />
      </div>
    </div>
  )
}
