import { exportAudit, listAudit } from '../../contracts/platform/audit.ts'
import { listIntegrations } from '../../contracts/platform/integrations.ts'
import { followChanges } from '../../contracts/platform/live.ts'
import { contentTypes } from '../../domains/audit/export.ts'
import type { Foundation } from '../../foundation.ts'
import { streamOf } from '../answering/stream.ts'
import { identify } from '../guards/identify.ts'
import { handling, streaming } from '../on.ts'

const on = handling<Foundation>()
const stream = streaming<Foundation>()

export const platformHandlers = [
  on(listAudit, ({ actor, input, services }) => services.audit.list(actor, input)),
  stream(exportAudit, async ({ actor, input: { format, ...filters }, services }) => {
    const headers = { 'content-disposition': `attachment; filename="audit.${format}"` }
    return {
      contentType: contentTypes[format],
      body: await streamOf(services.audit.export(actor, filters, format)),
      headers,
    }
  }),
  on(listIntegrations, ({ actor, services }) => services.integrations.list(actor)),
  stream(followChanges, async ({ actor, services, request, signal }) => ({
    contentType: 'text/event-stream',
    // Compression or a buffering proxy would hold messages back.
    headers: { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' },
    body: await services.live.follow({
      actor,
      lastEventId: request.headers.get('last-event-id'),
      signal,
      renew: async () => {
        const again = await identify(request.headers, services, request.id).catch(ended)
        return again?.actor
      },
    }),
  })),
]

/** No longer let in, as opposed to the database being away. */
function ended(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'unauthenticated') return undefined
  throw error
}
