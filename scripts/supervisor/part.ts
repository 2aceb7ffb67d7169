import type { Owner } from '../postgres/binaries.ts'

/** One program the supervisor runs. `make` is asked again before every restart, so it may prepare what it needs. */
export interface Part {
  name: string
  /** What the progress line says. */
  title: string
  /** Parts that have to be ready before this one starts. */
  after: string[]
  /** A service stays; a task ends by itself and is ready when it ended well. */
  kind: 'service' | 'task'
  /** The rest is of use without it: when it cannot be started it is left out, with the reason. */
  optional?: boolean
  make(outputs: Outputs): Promise<Command | Skip> | Command | Skip
}

export interface Command {
  program: string
  args: string[]
  env?: Record<string, string>
  owner?: Owner | undefined
  /** What ends the program politely; SIGTERM unless it wants another. */
  stopSignal?: NodeJS.Signals
  /** Asked until it says true. Without it the program prints one line of JSON with `"ready": true`. */
  answers?: () => Promise<boolean>
  /** Hears what it writes to standard output, besides its log. */
  onLine?: (line: string) => void
  /** How long it may take until it is ready; a minute unless it needs longer. */
  patienceMilliseconds?: number
}

/** The part is left out of this run, and why, in words for the person who started it. */
export interface Skip {
  skip: string
}

/** What the ready lines said, by part. */
export type Outputs = Record<string, Record<string, unknown>>

export type PartState = 'waiting' | 'starting' | 'ready' | 'done' | 'skipped' | 'restarting' | 'stopped' | 'failed'

export interface PartStatus {
  name: string
  state: PartState
  pid?: number | undefined
  restarts: number
  message?: string | undefined
}
