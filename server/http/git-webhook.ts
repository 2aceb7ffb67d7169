/**
 * Webhooks of the Git host. They only wake: the request looks at the host itself, so a lost, doubled, late or invented
 * delivery changes nothing but when it looks.
 */
import { verify } from '@octokit/webhooks-methods'
import { z } from 'zod'
import { failure, PortalError } from '../errors.ts'
import { createLog } from '../logging/log.ts'
import { getServices, type Services } from '../wiring.ts'
import { explained, problemResponse } from './answering/problem.ts'
import { requestIdOf } from './api.ts'
import { readBytes } from './reading/body.ts'
import { parseJson } from './reading/json.ts'

const maxBytes = 2 * 1024 * 1024

const Payload = z.object({
  repository: z.object({ full_name: z.string() }).optional(),
  ref: z.string().optional(),
  pull_request: z.object({ number: z.number().int(), head: z.object({ ref: z.string() }) }).optional(),
})

const Delivery = z.object({ delivery: z.string().min(1).max(100), event: z.string().min(1).max(100), payload: Payload })

export async function receiveGitWebhook(request: Request): Promise<Response> {
  try {
    return await answerGitWebhook(await getServices(), request)
  } catch (error) {
    const requestId = requestIdOf(request.headers)
    return problemResponse(explained(error, createLog(), requestId), requestId)
  }
}

export async function answerGitWebhook(services: Receiver, request: Request): Promise<Response> {
  try {
    return Response.json(await receive(services, request), { status: 202 })
  } catch (error) {
    const requestId = requestIdOf(request.headers)
    return problemResponse(explained(error, services.log, requestId), requestId)
  }
}

type Receiver = Pick<Services, 'config' | 'db' | 'integrations' | 'log' | 'requests'>

async function receive({ config, db, requests, integrations }: Receiver, request: Request): Promise<{ woken: number }> {
  const secret = config.GIT_WEBHOOK_SECRET
  if (!secret) throw failure('not_found', 'Webhooks are not configured.', 'A platform admin sets GIT_WEBHOOK_SECRET.')
  const { refusals } = integrations
  const bytes = await readBytes(request, maxBytes).catch((error: unknown) => {
    if (error instanceof PortalError && error.code === 'payload_too_large') refusals.count('too_large')
    throw error
  })
  const body = bytes.toString('utf8')
  const signature = request.headers.get('x-hub-signature-256') ?? ''
  if (!(signature.startsWith('sha256=') && body !== '' && (await verify(secret, body, signature)))) {
    refusals.count('signature')
    throw failure(
      'unauthenticated',
      'The signature does not fit the body.',
      'Give the host the same secret as the portal.',
    )
  }
  const parsed = deliveryIn(request, body)
  if (!parsed) {
    refusals.count('malformed')
    throw failure(
      'malformed_request',
      'This is not a delivery as GitHub sends them.',
      'Look at the webhook’s settings.',
    )
  }
  const { delivery, event, payload } = parsed
  if (payload.repository && payload.repository.full_name.toLowerCase() !== config.GIT_REPOSITORY?.toLowerCase()) {
    refusals.count('other_repository')
    return { woken: 0 }
  }
  const seen = await db.webhookDelivery.createMany({ data: [{ id: delivery, event }], skipDuplicates: true })
  if (seen.count === 0) {
    refusals.count('repeated')
    return { woken: 0 }
  }
  const branch = payload.pull_request?.head.ref ?? payload.ref?.replace(/^refs\/heads\//, '')
  return { woken: await requests.wake({ branch, pullNumber: payload.pull_request?.number }) }
}

function deliveryIn(request: Request, body: string): z.infer<typeof Delivery> | undefined {
  const delivery = request.headers.get('x-github-delivery')
  const event = request.headers.get('x-github-event')
  try {
    return Delivery.safeParse({ delivery, event, payload: parseJson(body) }).data
  } catch {
    return undefined // Signed, and no JSON: a form, when the webhook’s content type is not set.
  }
}
