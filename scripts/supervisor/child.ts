import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Command } from './part.ts'

export interface Child {
  pid: number
  /** Resolves with what the ready line said; rejects when the program ends, or takes too long, before it is ready. */
  ready: Promise<Record<string, unknown>>
  /** How it ended. Never rejects. */
  ended: Promise<Ended>
  /** Asks politely, then insists. */
  stop(graceMilliseconds: number): Promise<void>
}

export interface Ended {
  well: boolean
  words: string
}

const ReadyLine = z.looseObject({ ready: z.literal(true) })

/** Starts a program in a process group of its own, with everything it says going to its log. */
export async function startChild(command: Command, directory: string, log: string): Promise<Child> {
  const logFile = openLog(log)
  const child = spawn(command.program, command.args, {
    ...command.owner,
    cwd: command.owner ? '/' : directory,
    env: { ...process.env, ...command.env },
    detached: true, // Ctrl-C in the terminal is for us; we end the programs in their order
    stdio: ['ignore', 'pipe', logFile],
  })
  const ended = endOf(child).finally(() => closeSync(logFile))
  await Promise.race([once(child, 'spawn').catch(() => undefined), ended])
  if (child.pid === undefined) throw new Error(`${command.program} could not be started: ${(await ended).words}`)
  const pid = child.pid
  const readyLine = readyLineOf(child, logFile, command.onLine)
  const ready = whenReady(command, readyLine, ended, log)
  ready.catch(() => undefined) // whoever stops us before it is ready does not care
  return { pid, ready, ended, stop: (grace) => stop(pid, command.stopSignal ?? 'SIGTERM', ended, grace) }
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ well: false, words: error.message }))
    child.once('exit', (code, signal) =>
      resolve({ well: code === 0, words: signal ? `was ended by ${signal}` : `ended with code ${code}` }),
    )
  })
}

function readyLineOf(
  child: ChildProcess,
  logFile: number,
  onLine: Command['onLine'],
): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      tryWrite(logFile, `${line}\n`)
      onLine?.(line)
      const parsed = line.startsWith('{') ? ReadyLine.safeParse(parseJson(line)) : undefined
      if (parsed?.success) resolve(parsed.data)
    })
  })
}

async function whenReady(
  command: Command,
  readyLine: Promise<Record<string, unknown>>,
  ended: Promise<Ended>,
  log: string,
): Promise<Record<string, unknown>> {
  const over = new AbortController()
  const patience = command.patienceMilliseconds ?? 60_000
  const tooEarly = ended.then(({ words }) => {
    throw new Error(`It ${words} before it was ready.${tailOf(log)}`)
  })
  const tooLate = pause(patience, undefined, { signal: over.signal }).then(() => {
    throw new Error(`It was not ready after ${patience / 1000} s.${tailOf(log)}`)
  })
  tooLate.catch(() => undefined) // aborted below
  try {
    return await Promise.race([command.answers ? ask(command.answers, over.signal) : readyLine, tooEarly, tooLate])
  } finally {
    over.abort()
    tooEarly.catch(() => undefined) // it ends one day, long after it was ready
  }
}

async function ask(answers: () => Promise<boolean>, over: AbortSignal): Promise<Record<string, unknown>> {
  while (!over.aborted) {
    if (await answers()) return {}
    await pause(100)
  }
  return {}
}

async function stop(pid: number, signal: NodeJS.Signals, ended: Promise<Ended>, grace: number): Promise<void> {
  trySignal(pid, signal)
  const over = new AbortController()
  const patience = pause(grace, undefined, { signal: over.signal }).catch(() => undefined)
  await Promise.race([ended, patience])
  over.abort()
  trySignal(-pid, 'SIGKILL') // what is left of its group, the program itself included
  await ended
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended already, which is what we want.
  }
}

function openLog(log: string): number {
  mkdirSync(dirname(log), { recursive: true })
  if (existsSync(log) && statSync(log).size > 5_000_000) renameSync(log, `${log}.1`)
  return openSync(log, 'a', 0o600)
}

function tryWrite(file: number, text: string): void {
  try {
    writeSync(file, text)
  } catch {
    // The program has ended and its log is closed; these were its last words, already in the pipe.
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The last lines of a log, for a message that says why a program did not start. */
export function tailOf(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12)
  return `\nThe end of ${log}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
