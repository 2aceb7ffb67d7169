/** Answers as bytes: head and body in one write where the body is small. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errorBody, type InferenceError } from '../../protocol/errors.ts'
import { returnMemory, takeBuffer } from '../../protocol/kept-memory.ts'
import { dateHeader } from '../clock.ts'

export interface Answer {
  status: number
  contentType: string
  /** Further header lines, each with its line end. */
  headers: string
  body: Buffer | string
}

export const JSON_TYPE = 'application/json'
export const BINARY_TYPE = 'application/octet-stream'

const INLINE_BODY = 65_536
const HEAD_ROOM = 8192

/** All answers of a thread are put together here. */
let memory = Buffer.allocUnsafeSlow(INLINE_BODY + HEAD_ROOM)

/** The body is what lies between `from` and `to`; it is not kept. */
export const writeBytes = (
  socket: Socket,
  answer: Omit<Answer, 'body'>,
  bytes: Buffer,
  from: number,
  to: number,
  keepAlive: boolean,
  headOnly = false,
): void => {
  const length = to - from
  const reason = answer.status === 200 ? 'OK' : (STATUS_CODES[answer.status] ?? '')
  const head = `HTTP/1.1 ${answer.status} ${reason}\r\nContent-Type: ${answer.contentType}\r\nContent-Length: ${length}\r\n${answer.headers}${dateHeader()}${keepAlive ? '' : 'Connection: close\r\n'}\r\n`
  if (headOnly || length === 0) socket.write(head, 'latin1')
  else if (length <= INLINE_BODY && head.length <= HEAD_ROOM) {
    const at = memory.write(head, 0, 'latin1')
    bytes.copy(memory, at, from, to)
    socket.write(memory.subarray(0, at + length))
    // What the socket could not take at once it still reads from, so this memory is left to it.
    if (socket.writableLength > 0) memory = Buffer.allocUnsafeSlow(INLINE_BODY + HEAD_ROOM)
  } else {
    socket.cork()
    socket.write(head, 'latin1')
    const body = takeBuffer(length)
    bytes.copy(body, 0, from, to)
    socket.write(body, () => returnMemory(body.buffer))
    socket.uncork()
  }
}

export const writeAnswer = (socket: Socket, answer: Answer, keepAlive: boolean, headOnly = false): void => {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body, 'utf8') : answer.body
  writeBytes(socket, answer, body, 0, body.length, keepAlive, headOnly)
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
