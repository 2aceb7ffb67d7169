/** One keep-alive connection that sends a request made beforehand, over and over, and reads no more than it must. */
import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'

/** All connections read into this: of an answer only the head is looked at, and only at once. */
const shared = Buffer.allocUnsafeSlow(65_536)

export interface Request {
  bytes: Buffer
  host: string
  port: number
}

export const requestOf = (
  method: string,
  url: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
): Request => {
  const { hostname, port, host } = new URL(url)
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Content-Length: ${body.length}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return {
    bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]),
    host: hostname,
    port: Number(port),
  }
}

/** `outcome` is a status, or what went wrong with the connection. */
export type Answered = (caller: Caller, outcome: string) => void

export class Caller {
  /** From when on the answer under way has been waited for. */
  since = 0
  private readonly request: Request
  private readonly answered: Answered
  private socket: Socket | undefined
  private readonly reader = new AnswerReader()
  private busy = false

  constructor(request: Request, answered: Answered) {
    this.request = request
    this.answered = answered
  }

  send(since: number): void {
    this.since = since
    this.busy = true
    this.socket ??= this.open()
    this.socket.write(this.request.bytes)
  }

  close(): void {
    this.socket?.destroy()
  }

  private open(): Socket {
    const { host, port } = this.request
    let fault = 'connection closed'
    const callback = (length: number): boolean => {
      if (this.socket === socket && this.reader.push(shared, length)) this.whole()
      return true
    }
    const socket: Socket = connect({ host, port, noDelay: true, onread: { buffer: shared, callback } })
    socket.on('error', (error) => {
      fault = 'code' in error ? String(error.code) : error.message
    })
    socket.on('close', () => {
      if (this.socket !== socket) return
      this.forget()
      this.finish(fault)
    })
    return socket
  }

  private forget(): void {
    this.socket = undefined
    this.reader.reset()
  }

  private finish(outcome: string): void {
    if (!this.busy) return
    this.busy = false
    this.answered(this, outcome)
  }

  private whole(): void {
    const { status, closing } = this.reader
    if (closing) {
      const { socket } = this
      this.forget()
      socket?.destroy()
    }
    this.finish(status)
  }
}
