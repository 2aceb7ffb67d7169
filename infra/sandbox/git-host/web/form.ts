import type { IncomingMessage } from 'node:http'
import { BodyTooLarge, readBody } from '#sandbox/process/http-body.ts'
import { Problem } from '../api/problems.ts'

/** The fields of a posted form; a JSON object of strings is taken as one too. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.method !== 'POST') return new URLSearchParams()
  try {
    const text = (await readBody(request, 200_000)).toString('utf8')
    if (!request.headers['content-type']?.includes('json')) return new URLSearchParams(text)
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) throw new Problem(400, 'Body should be a JSON object')
    return new URLSearchParams(Object.entries(parsed).map(([name, value]) => [name, String(value)]))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem(400, 'Problems parsing JSON')
    if (error instanceof BodyTooLarge) throw new Problem(413, 'This form is too large.')
    throw error
  }
}
