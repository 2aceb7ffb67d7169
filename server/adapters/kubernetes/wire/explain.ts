/** What a refusal of the API server means for people: what happened, in its own words, and what to do. */
import { z } from 'zod'
import { ClusterError, type ClusterFault } from '../../../ports/cluster.ts'

const Status = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  details: z.object({ causes: z.array(z.object({ field: z.string().default('') })).default([]) }).optional(),
})

const tryAgain = 'Wait a moment and try again.'
const said: Record<number, { fault: ClusterFault; remedy: string }> = {
  400: { fault: 'invalid', remedy: 'Correct what was sent; the cluster names the field.' },
  401: {
    fault: 'unauthenticated',
    remedy: 'Its token is not accepted, also after reading it again. A platform admin renews the portal’s account.',
  },
  403: {
    fault: 'denied',
    remedy: 'A platform admin checks the portal’s account in the cluster, its quotas and its admission policies.',
  },
  404: { fault: 'not_found', remedy: 'It may have been removed meanwhile. Look again in a moment.' },
  409: { fault: 'conflict', remedy: 'Somebody else changed it at the same moment. Read it again, then try again.' },
  410: { fault: 'busy', remedy: tryAgain },
  413: { fault: 'invalid', remedy: 'Send less at once.' },
  422: { fault: 'invalid', remedy: 'Correct the fields that the cluster names.' },
  429: { fault: 'busy', remedy: 'The cluster has too much to do. Wait a moment and try again.' },
}

export function explain(cluster: string, status: number, body: string): ClusterError {
  const parsed = Status.safeParse(safely(body))
  const message = (parsed.success && parsed.data.message) || `status ${status}`
  const { fault, remedy } = said[status] ?? { fault: 'failed' as const, remedy: tryAgain }
  const detail = `The cluster ${cluster} refused: ${message}`
  const fields = parsed.data?.details?.causes.map((cause) => cause.field).filter(Boolean) ?? []
  if (status === 409 && message.startsWith('Apply failed')) {
    const which = fields.length > 0 ? `Take ${fields.join(', ')} out` : 'Take the fields it names out'
    const owner = 'Another program owns the fields that the message names and has set them otherwise.'
    return new ClusterError(fault, { detail, remedy: `${owner} ${which} of one of the two places, or force it.` })
  }
  if (status === 403 && /exceeded quota/.test(message)) {
    return new ClusterError(fault, { detail, remedy: 'Ask for more quota, or for less of what it counts.' })
  }
  if (status === 403 && /being terminated/.test(message)) {
    return new ClusterError(fault, { detail, remedy: 'Wait until the namespace is gone, then try again.' })
  }
  if (/admission webhook/.test(message)) {
    return new ClusterError(fault, {
      detail,
      remedy: 'A rule of the cluster refuses it. Change what it names, or ask whoever keeps that rule.',
    })
  }
  return new ClusterError(fault, { detail, remedy })
}

function safely(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A proxy answered, not the cluster: the status is all there is to tell.
  }
}
