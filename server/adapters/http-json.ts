/** JSON over HTTP from a service inside the platform: bounded, and explained when it does not answer. */
import { IntegrationError } from '../errors.ts'

export type JsonCall = {
  url: URL | string
  method?: string
  body?: unknown
  form?: URLSearchParams
  headers?: Record<string, string>
  timeoutMilliseconds?: number
}

export async function callJson(
  integration: { name: string; title: string },
  call: JsonCall,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const unavailable = (detail: string, cause?: unknown) =>
    new IntegrationError(integration.name, {
      detail,
      remedy: 'Wait a moment. If it stays, a platform admin finds the cause on the integrations page.',
      cause,
    })
  let response: Response
  let text: string
  try {
    response = await fetch(call.url, {
      method: call.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: call.form ?? (call.body === undefined ? null : JSON.stringify(call.body)),
      signal: AbortSignal.timeout(call.timeoutMilliseconds ?? 10_000),
      redirect: 'error',
    })
    text = await response.text()
  } catch (error) {
    throw unavailable(`${integration.title} does not answer.`, error)
  }
  if (response.status >= 500) throw unavailable(`${integration.title} answers with an error (${response.status}).`)
  try {
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
  } catch (error) {
    if (response.status >= 400) return { status: response.status, body: text, headers: response.headers }
    throw unavailable(`${integration.title} gave an answer that cannot be read.`, error)
  }
}
