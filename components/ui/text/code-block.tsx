import { CopyButton } from './copy-button.tsx'
import classes from './text.module.css'

export function CodeBlock({ code, what }: { code: string; what: string }) {
  return (
    <div className={classes.codeBlock}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.code} tabIndex={0} aria-label={what}>
        <pre>{code}</pre>
      </section>
      <div className={classes.codeCopy}>
        <CopyButton value={code} what={what} />
      </div>
    </div>
  )
}
