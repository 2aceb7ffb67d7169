/**
 * Lets all connections of a thread read into one buffer. Node gives each read 64 KB of its own otherwise, and under load
 * most of the processor's time goes into collecting that garbage. It offers such a buffer only to sockets one makes, so
 * an accepted one is made again around its handle; should that ever stop to work, connections are read as usual.
 */
import { Socket, type SocketConstructorOpts } from 'node:net'

const READ_BUFFER = 262_144

export type OnChunk = (bytes: Buffer, length: number) => void

type Handle = NonNullable<SocketConstructorOpts['handle']>

const isHandle = (value: unknown): value is Handle => typeof value === 'object' && value !== null

const internal = (socket: Socket, name: string): unknown => Reflect.get(socket, name)

/** The bytes are valid during the call only: who keeps any of them must copy. */
export const socketAdopter = () => {
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER)

  /** Takes a socket that was paused when it was accepted. */
  return (accepted: Socket): { socket: Socket; read: (onChunk: OnChunk) => void } => {
    const handle = internal(accepted, '_handle')
    const server = internal(accepted, '_server')
    if (!isHandle(handle) || typeof server !== 'object' || server === null) {
      return {
        socket: accepted,
        read: (onChunk) => {
          accepted.on('data', (chunk: Buffer) => onChunk(chunk, chunk.length))
          accepted.resume()
        },
      }
    }
    let onChunk: OnChunk = () => {}
    const options = {
      handle,
      readable: true,
      writable: true,
      onread: {
        buffer,
        callback: (length: number): boolean => {
          onChunk(buffer, length)
          return true
        },
      },
    }
    Reflect.set(accepted, '_handle', null)
    const socket = new Socket(options)
    // The server counts its connections by this.
    Reflect.set(socket, '_server', server)
    Reflect.set(socket, 'server', server)
    return {
      socket,
      read: (listener) => {
        onChunk = listener
        socket.resume()
        socket.read(0)
      },
    }
  }
}
