/** As little as an HTTP server can do: a thread for each core reads a request to its end and gives the same answer. */
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { socketAdopter } from '../../http/wire/adopt-socket.ts'

const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 128\r\n\r\n${' '.repeat(128)}`,
)
const HEAD_END = Buffer.from('\r\n\r\n')

const listen = (port: number): void => {
  const adopt = socketAdopter()
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
    const { socket, read } = adopt(accepted)
    let left = 0
    socket.on('error', () => socket.destroy())
    read((buffer, bytes) => {
      if (left === 0) {
        const end = buffer.indexOf(HEAD_END)
        const length = /\r\ncontent-length: *(\d+)/i.exec(buffer.toString('latin1', 0, end))?.[1]
        left = Number(length ?? 0) - (bytes - end - 4)
      } else left -= bytes
      if (left === 0) socket.write(ANSWER)
    })
  })
  server.listen({ host: '127.0.0.1', port, reusePort: true }, () => {
    const address = server.address()
    if (typeof address === 'object' && address) parentPort?.postMessage(address.port)
  })
}

const start = (port: number): Promise<number> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: port })
    worker.once('message', resolve)
  })

if (isMainThread) {
  const port = await start(Number(process.argv[2] ?? 0))
  for (let each = 1; each < availableParallelism(); each++) await start(port)
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`)
  process.on('SIGTERM', () => process.exit(0))
} else listen(Number(workerData))
