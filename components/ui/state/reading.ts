/** How far several queries are that one place stands on: nothing may be called empty before all of it is read. */
type Read = { data: unknown; error: unknown }

export const isUnread = ({ data, error }: Read) => data === undefined && Boolean(error)

export function readingOf(queries: readonly Read[]): 'failed' | 'reading' | 'read' {
  if (queries.some(isUnread)) return 'failed'
  return queries.some(({ data }) => data === undefined) ? 'reading' : 'read'
}
