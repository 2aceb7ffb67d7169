import { rmSync, unwatchFile, watchFile } from 'node:fs'
import { join } from 'node:path'
import type { PartStatus } from '../../supervisor/part.ts'
import { endLeftovers, writeWhole } from '../../supervisor/records.ts'
import { createSupervisor, type Supervisor } from '../../supervisor/supervisor.ts'
import {
  buildStamp,
  type ClusterChoice,
  describeInstallation,
  type Installation,
  root,
} from '../installation/installation.ts'
import { holdPorts } from '../installation/ports.ts'
import { type Ready, readyOf, summary } from '../installation/ready.ts'
import { secretsOf } from '../installation/secrets.ts'
import { demoParts, withNeeded } from '../parts/parts.ts'
import { type EndRequest, endRequest } from './end-request.ts'
import { releaseRunLock, runningHolder, takeRunLock } from './run-lock.ts'
import { type Phase, readPhase, writeStatus } from './status.ts'

export interface StartOptions {
  state: string
  mode: Installation['mode']
  portalPort?: number | undefined
  /** Only these parts and what they need. */
  only?: string[] | undefined
  cluster?: ClusterChoice
}

/** Starts everything and stays until it is asked to end. Returns the exit code. */
export async function start(options: StartOptions): Promise<number> {
  const { state } = options
  const running = await takeRunLock(state, options.mode)
  if (running) return alreadyRunning(state)
  const ending = endRequest(tell)
  try {
    return await runUntil(ending, options)
  } finally {
    releaseRunLock(state)
    ending.forget()
  }
}

async function runUntil(ending: EndRequest, options: StartOptions): Promise<number> {
  const { state, mode, portalPort, only, cluster = { kind: 'sandbox' } } = options
  const started = Date.now()
  const left = await endLeftovers(join(state, 'run', 'processes.json'))
  if (left.length > 0) tell(`Ended what a crash had left: ${left.join(', ')}`)
  const readyFile = join(state, 'ready.json')
  rmSync(readyFile, { force: true })
  const held = await holdPorts(state, portalPort)
  const installation = describeInstallation(state, mode, held.ports, secretsOf(state), cluster)
  const downloads = join(root, '.modelyard', 'tools')
  const all = demoParts({ installation, release: held.release, tell, downloads })
  const parts = only ? withNeeded(all, only) : all

  let phase: Phase = 'starting'
  const supervisor = createSupervisor({
    parts,
    directory: root,
    state,
    onChange(status, part) {
      writeStatus(state, phase, supervisor.status())
      if (phase !== 'stopping') tellProgress(status, part.title, phase)
    },
  })
  const enter = (next: Phase) => {
    phase = next
    writeStatus(state, phase, supervisor.status())
  }
  enter('starting')
  try {
    const outcome = await Promise.race([supervisor.start(), ending.asked])
    if (outcome === undefined) {
      const ready = readyOf(installation, supervisor.outputs)
      writeWhole(readyFile, JSON.stringify(ready, undefined, 2))
      if (only) tell(JSON.stringify(supervisor.outputs, undefined, 2))
      else welcome(ready, supervisor.status())
      tell(`Ready after ${((Date.now() - started) / 1000).toFixed(1)} s. Ctrl-C stops everything.`)
      if (mode === 'production' && !only) restartWhenRebuilt(supervisor)
      enter('ready') // last: --detach returns when it reads this
      await ending.asked
    }
    return 0
  } finally {
    unwatchFile(buildStamp)
    enter('stopping')
    rmSync(readyFile, { force: true })
    tell('Stopping')
    await supervisor.stop()
    await held.releaseAll()
    tell('Stopped. Everything is kept for the next start.')
  }
}

// The tests build too. The portal cannot go on from a build that was replaced below it.
function restartWhenRebuilt(supervisor: Supervisor): void {
  watchFile(buildStamp, { interval: 2000, persistent: false }, (now, before) => {
    if (now.mtimeMs !== 0 && now.mtimeMs !== before.mtimeMs) void supervisor.restart('web')
  })
}

function alreadyRunning(state: string): number {
  const holder = runningHolder(state)
  const phase = readPhase(state)
  tell(`It runs already (process ${holder?.pid}, ${phase}). Stop it with: npm run demo -- stop`)
  return phase === 'ready' ? 0 : 1
}

function tellProgress(status: PartStatus, title: string, phase: Phase): void {
  if (status.state === 'ready' || status.state === 'done') {
    tell(`✓ ${title}${phase === 'ready' ? ' is back' : ''}`)
  }
  if (status.state === 'skipped') tell(`– ${title}: left out. ${status.message}`)
  if (status.state === 'restarting') tell(`! ${title} is started again. ${status.message}`)
}

function welcome(ready: Ready, parts: PartStatus[]): void {
  const leftOut = parts.filter((part) => part.state === 'skipped').map((part) => part.name)
  for (const line of summary(ready, leftOut)) tell(line)
}

function tell(line: string): void {
  console.error(line)
}
