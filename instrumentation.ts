/** When the web process starts: a faulty configuration ends it at once, and errors of pages reach the log. */
import type { Instrumentation } from 'next'

export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { ConfigError, readConfig } = await import('#server/config.ts')
  try {
    readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\nnpm run config -- --help says what each setting means.\n`)
    process.exit(1)
  }
}

export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { createLog } = await import('#server/logging/log.ts')
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  createLog().error({ err: error, digest, method: request.method, route: context.routePath }, 'A page failed')
}
