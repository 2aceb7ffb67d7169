import { CopyButton } from '#components/ui/text/copy-button.tsx'
import classes from './observability.module.css'

/** Where the numbers come from: the PromQL behind each chart, to copy and to check. */
export function QuerySources({ queries }: { queries: Record<string, string> }) {
  const entries = Object.entries(queries)
  if (entries.length === 0) return null
  return (
    <details className={classes.sources}>
      <summary>Where these numbers come from</summary>
      <dl>
        {entries.map(([name, query]) => (
          <div key={name} className={classes.source}>
            <dt>{name}</dt>
            <dd>
              <code>{query}</code>
              <CopyButton value={query} what={`the query of ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
