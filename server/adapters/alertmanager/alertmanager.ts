/** The alerts port over Alertmanager's API v2. */
import { z } from 'zod'
import { IntegrationError, notFound } from '../../errors.ts'
import type { Alerts, Matcher, Silence } from '../../ports/alerts.ts'
import { callJson } from '../http-json.ts'

const service = { name: 'alertmanager', title: 'Alertmanager' }
const Labels = z.record(z.string(), z.string())
const AlertList = z.array(
  z.object({
    fingerprint: z.string(),
    labels: Labels,
    annotations: Labels.default({}),
    startsAt: z.string(),
    status: z.object({ silencedBy: z.array(z.string()).default([]) }),
  }),
)
const SilenceRow = z.object({
  id: z.string(),
  matchers: z.array(
    z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().default(true) }),
  ),
  startsAt: z.string(),
  endsAt: z.string(),
  createdBy: z.string(),
  comment: z.string(),
  status: z.object({ state: z.enum(['active', 'pending', 'expired']) }),
})
const Created = z.object({ silenceID: z.string() })
const Version = z.object({ versionInfo: z.object({ version: z.string() }) })

const silenceOf = ({ status, ...row }: z.infer<typeof SilenceRow>): Silence => ({ ...row, state: status.state })

/** Matchers as Alertmanager filters read them; values are quoted, never pasted. */
const filterOf = ({ name, value, isRegex, isEqual }: Matcher) =>
  `${name}${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}${JSON.stringify(value)}`

export function createAlertmanager(baseUrl: string): Alerts {
  const call = (path: string, more: { method?: string; body?: unknown; query?: [string, string][] } = {}) => {
    const url = new URL(`/api/v2${path}`, baseUrl)
    for (const [name, value] of more.query ?? []) url.searchParams.append(name, value)
    return callJson(service, { url, method: more.method, body: more.body })
  }
  const refused = (body: unknown) =>
    new IntegrationError('alertmanager', {
      detail: `Alertmanager refused: ${String(body).slice(0, 300)}`,
      remedy: 'Check the times and try again.',
    })
  const one = async (id: string) => {
    const { status, body } = await call(`/silence/${encodeURIComponent(id)}`)
    if (status === 404) throw notFound('This silence')
    return silenceOf(SilenceRow.parse(body))
  }
  return {
    async firing(matchers) {
      const { body } = await call('/alerts', { query: matchers.map((matcher) => ['filter', filterOf(matcher)]) })
      return AlertList.parse(body).map(({ status, ...alert }) => ({ ...alert, silencedBy: status.silencedBy }))
    },
    async silences() {
      return z
        .array(SilenceRow)
        .parse((await call('/silences')).body)
        .map(silenceOf)
    },
    async silence(silence) {
      const { status, body } = await call('/silences', { method: 'POST', body: silence })
      if (status >= 400) throw refused(body)
      return one(Created.parse(body).silenceID)
    },
    async expire(id) {
      const { status, body } = await call(`/silence/${encodeURIComponent(id)}`, { method: 'DELETE' })
      if (status === 404) throw notFound('This silence')
      if (status >= 400) throw refused(body)
    },
    async probe() {
      return { version: Version.parse((await call('/status')).body).versionInfo.version }
    },
  }
}
