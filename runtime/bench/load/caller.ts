/** One keep-alive connection that sends a request made beforehand, over and over, and reads no more than it must. */
import { connect, type Socket } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const EMPTY = Buffer.alloc(0)

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
export type Answered = (outcome: string) => void

export class Caller {
  private readonly request: Request
  private socket: Socket | undefined
  private pending: Buffer = EMPTY
  private wanted = -1
  private status = ''
  private closing = false
  private answered: Answered | undefined

  constructor(request: Request) {
    this.request = request
  }

  send(answered: Answered): void {
    this.answered = answered
    this.socket ??= this.open()
    this.socket.write(this.request.bytes)
  }

  close(): void {
    this.socket?.destroy()
  }

  private open(): Socket {
    const socket = connect({ host: this.request.host, port: this.request.port, noDelay: true })
    let fault = 'connection closed'
    socket.on('data', (chunk: Buffer) => this.read(chunk))
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
    this.pending = EMPTY
    this.wanted = -1
    this.closing = false
  }

  private finish(outcome: string): void {
    const { answered } = this
    this.answered = undefined
    answered?.(outcome)
  }

  private read(chunk: Buffer): void {
    if (this.wanted < 0) {
      this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk])
      const end = this.pending.indexOf(HEAD_END)
      if (end < 0) return
      const head = this.pending.toString('latin1', 0, end)
      this.status = head.slice(9, 12)
      this.closing = /\r\nconnection: *close/i.test(head)
      this.wanted = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0) - (this.pending.length - end - 4)
      this.pending = EMPTY
    } else this.wanted -= chunk.length
    if (this.wanted > 0) return
    this.wanted = -1
    if (this.closing) {
      const { socket } = this
      this.forget()
      socket?.destroy()
    }
    this.finish(this.status)
  }
}
