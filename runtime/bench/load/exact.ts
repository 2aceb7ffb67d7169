/**
 * A load at a rate, from a program of its own that asks the kernel itself: it is told what to do in its first argument and
 * prints what came of it. The timers of an event loop know whole milliseconds, so that what is due within one leaves in a
 * burst, and a burst finds every server slow. What is measured is the time from a request's sending, or from when it was
 * due where every connection was taken, to the end of its answer.
 */
import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import koffi from 'koffi'
import { AnswerReader } from './answer-reader.ts'
import { ExactLoad, type ExactResult } from './contract.ts'

const libc = koffi.load('libc.so.6')
const call = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  connect: libc.func('int connect(int fd, void *address, uint32_t length)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)'),
  fcntl: libc.func('int fcntl(int fd, int command, int value)'),
  read: libc.func('long read(int fd, void *bytes, size_t length)'),
  send: libc.func('long send(int fd, void *bytes, size_t length, int flags)'),
  close: libc.func('int close(int fd)'),
  epollCreate: libc.func('int epoll_create1(int flags)'),
  epollControl: libc.func('int epoll_ctl(int epoll, int operation, int fd, void *event)'),
  epollWait: libc.func('int epoll_pwait2(int epoll, void *events, int most, void *timeout, void *signals)'),
}
const [INET, STREAM, TCP, NODELAY] = [2, 1, 6, 1]
const [SET_FLAGS, NONBLOCK, NO_SIGNAL] = [4, 0o4000, 0x4000]
const [ADD, CHANGE] = [1, 3]
const [READABLE, WRITABLE] = [1, 4]
const AGAIN = 11
const MOST_EVENTS = 256
/** On this one architecture the kernel's structure has no gap before its second field. */
const [EVENT_BYTES, EVENT_DATA] = process.arch === 'x64' ? [12, 4] : [16, 8]

const order = ExactLoad.parse(JSON.parse(process.argv[2] ?? ''))
const request = readFileSync(order.requestFile)
const perMillisecond = order.perSecond / 1000

const address = Buffer.alloc(16)
const port = Buffer.alloc(2)
port.writeUInt16BE(order.port)
if (endianness() === 'LE') address.writeUInt16LE(INET, 0)
else address.writeUInt16BE(INET, 0)
port.copy(address, 2)
Buffer.from([127, 0, 0, 1]).copy(address, 4)
const one = Buffer.from(Int32Array.of(1).buffer)

interface Connection {
  fd: number
  readonly reader: AnswerReader
  since: number
  /** Bytes of the request that are sent; all of them while nothing is under way. */
  sent: number
}

const epoll: number = call.epollCreate(0)
const event = Buffer.alloc(EVENT_BYTES)

const listen = (operation: number, index: number, fd: number, what: number): void => {
  event.writeUInt32LE(what, 0)
  event.writeUInt32LE(index, EVENT_DATA)
  call.epollControl(epoll, operation, fd, event)
}

const open = (index: number): number => {
  const fd: number = call.socket(INET, STREAM, 0)
  if (call.connect(fd, address, address.length) !== 0) throw new Error(`nobody listens on port ${order.port}`)
  call.setsockopt(fd, TCP, NODELAY, one, one.length)
  call.fcntl(fd, SET_FLAGS, NONBLOCK)
  listen(ADD, index, fd, READABLE)
  return fd
}

const connections: Connection[] = Array.from({ length: order.connections }, (_, index) => ({
  fd: open(index),
  reader: new AnswerReader(),
  since: 0,
  sent: request.length,
}))
const idle = connections.map((_, index) => index)
let waiting: number[] = []
let late = 0
let times = new Float64Array(65_536)
let good = 0
let others = 0
let measuring = false

const note = (milliseconds: number): void => {
  if (good === times.length) {
    const more = new Float64Array(2 * times.length)
    more.set(times)
    times = more
  }
  times[good++] = milliseconds
}

const reopen = (index: number, connection: Connection): void => {
  call.close(connection.fd)
  connection.reader.reset()
  connection.sent = request.length
  connection.fd = open(index)
}

/** Sends what the kernel takes of it; the rest when it takes more. */
const write = (index: number, connection: Connection): void => {
  const from = connection.sent
  const rest = from === 0 ? request : request.subarray(from)
  const taken: number = call.send(connection.fd, rest, rest.length, NO_SIGNAL)
  if (taken > 0) connection.sent += taken
  else if (koffi.errno() !== AGAIN) {
    fail(index, connection)
    return
  }
  if (connection.sent < request.length) listen(CHANGE, index, connection.fd, READABLE | WRITABLE)
  else if (from > 0) listen(CHANGE, index, connection.fd, READABLE)
}

const send = (index: number, since: number): void => {
  const connection = connections[index]
  if (!connection) return
  connection.since = since
  connection.sent = 0
  write(index, connection)
}

const finish = (index: number, connection: Connection, isGood: boolean): void => {
  const now = performance.now()
  if (measuring && isGood) note(now - connection.since)
  else if (measuring) others++
  connection.since = 0
  const due = waiting[late]
  if (due === undefined) {
    idle.push(index)
    return
  }
  if (++late === waiting.length) {
    waiting = []
    late = 0
  }
  send(index, due)
}

const fail = (index: number, connection: Connection): void => {
  const wasBusy = connection.since > 0
  reopen(index, connection)
  if (wasBusy) finish(index, connection, false)
}

const memory = Buffer.allocUnsafeSlow(262_144)

const read = (index: number, connection: Connection): void => {
  const length: number = call.read(connection.fd, memory, memory.length)
  if (length <= 0) {
    if (length === 0 || koffi.errno() !== AGAIN) fail(index, connection)
    return
  }
  if (!connection.reader.push(memory, length)) return
  const { status, closing } = connection.reader
  if (closing) reopen(index, connection)
  finish(index, connection, status === '200')
}

const pause = (): number => -Math.log(1 - Math.random()) / perMillisecond
const timeout = new BigInt64Array(2)
const events = Buffer.alloc(EVENT_BYTES * MOST_EVENTS)

/** Until then; what is due at the end and could not be sent is forgotten. */
const run = (milliseconds: number): void => {
  const end = performance.now() + milliseconds
  let next = performance.now() + pause()
  waiting = []
  late = 0
  for (let now = performance.now(); now < end; now = performance.now()) {
    while (next <= now) {
      const index = idle.pop()
      if (index === undefined) waiting.push(next)
      else send(index, performance.now())
      next += pause()
    }
    // Without a free connection there is nothing to do at the time something is due.
    const wait = idle.length === 0 ? 1 : Math.min(1, Math.max(0, next - performance.now()))
    timeout[1] = BigInt(Math.round(wait * 999_999))
    const count: number = call.epollWait(epoll, events, MOST_EVENTS, timeout, null)
    for (let at = 0; at < count * EVENT_BYTES; at += EVENT_BYTES) {
      const what = events.readUInt32LE(at)
      const index = events.readUInt32LE(at + EVENT_DATA)
      const connection = connections[index]
      if (!connection) continue
      if (what & WRITABLE && connection.sent < request.length) write(index, connection)
      if (what & ~WRITABLE) read(index, connection)
    }
  }
}

run(order.warmUpMilliseconds)
measuring = true
run(order.seconds * 1000)
const sorted = times.slice(0, good).sort()
const at = (share: number): number => sorted[Math.min(good - 1, Math.floor(good * share))] ?? 0
const result: ExactResult = { good, others, p50: at(0.5), p99: at(0.99) }
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
