import { readingOf } from '#components/ui/state/reading.ts'

type Read = { data: { items: readonly unknown[] } | undefined; error: unknown }

/** What a select says before anything is chosen: that there is nothing to choose only once that is known. */
export function promptOf(what: 'model' | 'namespace', query: Read, choices: number): string {
  const reading = readingOf([query])
  if (reading === 'failed') return `The ${what}s cannot be read now`
  if (reading === 'reading') return `Reading the ${what}s`
  if (query.data?.items.length === 0) return `The team has no ${what} yet`
  return choices === 0 ? `No ${what} has a version yet` : `Choose a ${what}`
}
