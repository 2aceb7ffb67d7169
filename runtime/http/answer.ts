/** Answers as bytes: head and body in one write where the body is small. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errorBody, type InferenceError } from '../protocol/errors.ts'

export interface Answer {
  status: number
  contentType: string
  /** Further header lines, each with its line end. */
  headers: string
  body: Buffer | string
}

export const JSON_TYPE = 'application/json'
export const BINARY_TYPE = 'application/octet-stream'

let dateSecond = 0
let dateLine = ''

/** The Date header is made once a second. */
const dateHeader = (): string => {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
  }
  return dateLine
}

const INLINE_BODY = 65_536

export const writeAnswer = (socket: Socket, answer: Answer, keepAlive: boolean, headOnly = false): void => {
  const { body } = answer
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\nContent-Type: ${answer.contentType}\r\nContent-Length: ${length}\r\n${answer.headers}${dateHeader()}${keepAlive ? '' : 'Connection: close\r\n'}\r\n`
  if (headOnly || length === 0) socket.write(head, 'latin1')
  else if (typeof body === 'string') socket.write(head + body, 'utf8')
  else if (length <= INLINE_BODY) {
    const out = Buffer.allocUnsafe(head.length + length)
    out.write(head, 0, 'latin1')
    body.copy(out, head.length)
    socket.write(out)
  } else {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
  }
}

export const errorAnswer = (error: InferenceError, headers = ''): Answer => ({
  status: error.status,
  contentType: JSON_TYPE,
  headers: error.retryAfterSeconds > 0 ? `Retry-After: ${error.retryAfterSeconds}\r\n${headers}` : headers,
  body: errorBody(error.message),
})

export const jsonAnswer = (value: unknown, status = 200): Answer => ({
  status,
  contentType: JSON_TYPE,
  headers: '',
  body: typeof value === 'string' ? value : JSON.stringify(value),
})
