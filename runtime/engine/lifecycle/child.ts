/** Starts one of our own files as a child process with as little as it needs: no secrets, no files, bounded memory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  /** A module of the runtime. */
  module: URL
  arguments?: string[]
  /** An empty folder. */
  workingDirectory: string
  /** Private memory the process may hold; enforced by the kernel where there is one that can. */
  memoryMegabytes: number
  /** Gives way to whoever answers requests. */
  background?: boolean
  /** Of the processor; the kernel ends what takes more, even where nobody is left to do so. */
  seconds?: number
}

const BACKGROUND_PRIORITY = 10
const STDERR_KEPT = 4000
/** V8's own reservations and code count too. */
const OVERHEAD_MEGABYTES = 512

export interface Child {
  process: ChildProcess
  /** The end of what it wrote to stderr. */
  stderr: () => string
}

export const startChild = (options: ChildOptions): Child => {
  const node = [
    '--no-warnings',
    '--disable-proto=delete',
    `--max-old-space-size=${Math.max(128, Math.min(4096, options.memoryMegabytes))}`,
    fileURLToPath(options.module),
    ...(options.arguments ?? []),
  ]
  const limited = process.platform === 'linux'
  const kilobytes = (options.memoryMegabytes + OVERHEAD_MEGABYTES) * 1024
  const command = limited ? '/bin/sh' : process.execPath
  const time = options.seconds === undefined ? '' : `ulimit -t ${Math.ceil(options.seconds)}; `
  const script = `ulimit -c 0; ulimit -d ${kilobytes}; ${time}exec "$0" "$@"`
  const child = spawn(command, limited ? ['-c', script, process.execPath, ...node] : node, {
    cwd: options.workingDirectory,
    env: {
      NODE_ENV: 'production',
      LANG: 'C.UTF-8',
      PATH: '/usr/bin:/bin',
      MALLOC_ARENA_MAX: '2',
      TMPDIR: options.workingDirectory, // goes with its folder, also when it is killed
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  })
  if (options.background && child.pid !== undefined) {
    try {
      setPriority(child.pid, BACKGROUND_PRIORITY)
    } catch {
      // It has ended already, or the system does not let us: it is only a courtesy.
    }
  }
  let kept = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-STDERR_KEPT)
  })
  child.on('error', (error) => {
    kept = `${kept}${error.message}`
  })
  return { process: child, stderr: () => kept }
}

const signals: Record<string, string> = {
  SIGFPE: 'it divided by zero in native code',
  SIGSEGV: 'it touched memory it does not own',
  SIGABRT: 'native code gave up',
  SIGBUS: 'it touched memory that is not there',
  SIGILL: 'it ran an instruction this processor does not have',
  SIGKILL: 'it was killed, most likely because memory ran out',
}

/** Why a child ended, for people. */
export const describeExit = (code: number | null, signal: string | null, stderr: string): string => {
  if (signal !== null) return `${signals[signal] ?? 'it ended'} (${signal})`
  const last = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  if (/bad_alloc|heap out of memory|Cannot allocate/i.test(stderr)) return 'it ran out of the memory it may use'
  return `it ended with code ${code}${last === '' ? '' : `: ${last}`}`
}
