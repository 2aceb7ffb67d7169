/**
 * The bytes behind an http(s) address. Redirects are not followed: they could lead anywhere. By Node's own client,
 * because fetch ends the process when a server hangs up while a large body is read slowly.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

export class HttpSourceError extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the store answered ${status}`)
    this.status = status
  }
}

export const openHttp = async (address: URL, signal: AbortSignal): Promise<IncomingMessage> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const open = address.protocol === 'http:' ? httpRequest : httpsRequest
    open(address, { signal, headers: { accept: '*/*', 'user-agent': 'modelyard-runtime' } }, resolve)
      .on('error', reject)
      .end()
  })
  const { statusCode = 0 } = response
  if (statusCode === 200) return response
  response.destroy()
  throw new HttpSourceError(statusCode)
}
