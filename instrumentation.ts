/** When the web process starts. What needs Node is kept apart, since this file is compiled for other runtimes too. */
import type { Instrumentation } from 'next'

export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('#server/http/startup.ts').then(({ start }) => start())
}

export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { logPageError } = await import('#server/http/startup.ts')
  logPageError(error, { method: request.method, route: context.routePath })
}
