import Link from 'next/link'
import classes from './breadcrumbs.module.css'

export type Crumb = { label: string; href: string }

/** The way back up, above a page's title; the page itself is last and no link. */
export function Breadcrumbs({ above, here }: { above: readonly Crumb[]; here: string }) {
  return (
    <nav aria-label="Breadcrumbs">
      <ol className={classes.list}>
        {above.map((crumb) => (
          <li key={crumb.href}>
            <Link href={crumb.href} className={classes.link}>
              {crumb.label}
            </Link>
            <span aria-hidden> / </span>
          </li>
        ))}
        <li aria-current="page">{here}</li>
      </ol>
    </nav>
  )
}
