/**
 * Is this file a model that can be served? Read, loaded and tried in a child process that is killed when it takes too
 * long or too much memory, so that nothing a file does reaches the caller.
 */

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, describeExit, startChild } from '../engine/lifecycle/child.ts'
import type { ModelSignature } from '../protocol/signature.ts'
import { faultsOf } from './onnx/faults.ts'
import { readOnnxFile } from './onnx-file.ts'
import { type ValidationCode, Verdict } from './verdict.ts'

export interface ValidationLimits {
  timeoutMilliseconds: number
  memoryMegabytes: number
}

export type Validation =
  | { ok: true; signature: ModelSignature; runMicros: number | undefined; batchable: boolean }
  | { ok: false; code: ValidationCode; reason: string; fault?: string }

export const defaultLimits: ValidationLimits = { timeoutMilliseconds: 30_000, memoryMegabytes: 4096 }

/** Codes that say as much of the machine and its moment as of the file; all others are final. */
export const mayPass = (code: ValidationCode): boolean => code === 'timeout' || code === 'memory'

const WATCH_MILLISECONDS = 50
const GRACE_SECONDS = 1
const PAGE = 4096

const refused = (code: ValidationCode, reason: string, fault?: string): Validation => ({
  ok: false,
  code,
  reason,
  ...(fault !== undefined && { fault }),
})

/** What the file alone tells, before anything is loaded. */
const readFacts = async (path: string): Promise<Validation | undefined> => {
  const reading = await readOnnxFile(path)
  if (!reading.ok) return refused(reading.refusal.reason, `${reading.refusal.message} ${reading.refusal.remedy}`)
  const { model } = reading
  const [fault] = faultsOf(model)
  if (fault) return refused('unsupported', `${fault.message} ${fault.remedy}`, fault.code)
  return undefined
}

/** Resident memory in bytes; 0 where the system does not tell. */
export const residentBytes = (pid: number | undefined): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE
  } catch {
    return 0
  }
}

const judge = (child: Child, path: string, limits: ValidationLimits): Promise<Validation> =>
  new Promise((resolve) => {
    let verdict: Validation | undefined
    const end = (found: Validation): void => {
      verdict ??= found
      child.process.kill('SIGKILL')
    }
    const timer = setTimeout(
      () =>
        end(
          refused(
            'timeout',
            `Loading and one run of the model took longer than ${limits.timeoutMilliseconds / 1000} s, the most that is allowed.`,
          ),
        ),
      limits.timeoutMilliseconds,
    )
    const watch = setInterval(() => {
      if (residentBytes(child.process.pid) > limits.memoryMegabytes * 1_048_576) {
        end(
          refused(
            'memory',
            `Loading and one run of the model took more than ${limits.memoryMegabytes} MB of memory, the most that is allowed.`,
          ),
        )
      }
    }, WATCH_MILLISECONDS)
    child.process.on('message', (raw) => {
      const parsed = Verdict.safeParse(raw)
      if (!parsed.success) return end(refused('crashed', 'The model took over the process that loaded it.'))
      end(parsed.data.ok ? { ...parsed.data, runMicros: parsed.data.runMicros } : parsed.data)
    })
    child.process.on('close', (code, signal) => {
      clearTimeout(timer)
      clearInterval(watch)
      const why = describeExit(code, signal, child.stderr())
      const code_ = /memory (it may use|ran out)/.test(why) ? 'memory' : 'crashed'
      resolve(
        verdict ??
          refused(
            code_,
            `The model ended the process that loaded it: ${why}. Check it with onnx.checker and onnxruntime on your machine.`,
          ),
      )
    })
    child.process.send({ path })
  })

export const validateModel = async (path: string, limits: ValidationLimits = defaultLimits): Promise<Validation> => {
  const refusal = await readFacts(path)
  if (refusal) return refusal
  const workingDirectory = await mkdtemp(join(tmpdir(), 'modelyard-validate-'))
  try {
    const child = startChild({
      module: new URL('./validate-child.ts', import.meta.url),
      workingDirectory,
      memoryMegabytes: limits.memoryMegabytes,
      background: true,
      // Who waits for it ends it sooner. Within a run that never returns it would not hear that they are gone.
      seconds: (limits.timeoutMilliseconds / 1000 + GRACE_SECONDS) * availableParallelism(),
    })
    return await judge(child, path, limits)
  } finally {
    await rm(workingDirectory, { recursive: true, force: true })
  }
}
