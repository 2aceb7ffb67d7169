/** A faulty configuration ends the web process at once; errors of pages reach the log. */
import { ConfigError, readConfig } from '../config.ts'
import { createLog } from '../logging/log.ts'

export function start(): void {
  try {
    readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\nnpm run config -- --help says what each setting means.\n`)
    process.exit(1)
  }
}

export function logPageError(error: unknown, page: { method: string; route: string }): void {
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  createLog().error({ err: error, digest, ...page }, 'A page failed')
}
