import type { ServerResponse } from 'node:http'
import { type JsonObject, type KubeObject, render } from '../json.ts'
import { StatusError } from './status.ts'

export function sendJson(response: ServerResponse, code: number, body: string, warnings: string[] = []): void {
  const notes = [...new Set(warnings)].map((note) => `299 - ${JSON.stringify(note)}`)
  if (notes.length > 0) response.setHeader('warning', notes)
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.end(`${body}\n`)
}

export const sendObject = (
  response: ServerResponse,
  code: number,
  value: KubeObject | JsonObject,
  warnings?: string[],
) => sendJson(response, code, JSON.stringify(value), warnings)

export function listJson(apiVersion: string, kind: string, metadata: JsonObject, items: JsonObject[]): string {
  const head = JSON.stringify({ kind, apiVersion, metadata })
  return `${head.slice(0, -1)},"items":[${items.map(render).join(',')}]}`
}

export function toStatus(error: unknown, log: (message: string) => void): StatusError {
  if (error instanceof StatusError) return error
  if (error instanceof URIError) return new StatusError(400, 'BadRequest', 'the address is not well-formed')
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return new StatusError(400, 'BadRequest', 'the object is nested too deeply')
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return new StatusError(500, 'InternalError', 'Internal error occurred: the sandbox failed; its log says where')
}
