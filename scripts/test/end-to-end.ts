// The browser tests, against everything the demo starts, in a state directory of their own and from the production
// build. They find the installation by MODELYARD_READY (its ready.json), MODELYARD_STATE and MODELYARD_CHROMIUM.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { reset } from '../demo/command/reset.ts'
import { runningHolder } from '../demo/command/run-lock.ts'
import { readPhase } from '../demo/command/status.ts'
import { root } from '../demo/installation/installation.ts'
import { nativeTools, provideTool } from '../tools/native.ts'
import { type Counts, honest, oneFailed, playwrightCounts } from './counts.ts'
import { interrupted, program, run } from './run.ts'

export interface EndToEndOptions {
  title?: string
  /** The folder of these runs below .modelyard. */
  home?: string
  /** What the demo is told, besides where its state is. */
  demo?: string[]
  /** What Playwright is told. */
  playwright?: string[]
  /** How many times longer than on the sandbox things may take. */
  patience?: number
}

export async function runEndToEndTests(options: EndToEndOptions = {}): Promise<Counts> {
  const { title = 'End-to-end tests', home: folder = 'e2e', demo = [], playwright = [], patience = 1 } = options
  const home = join(root, '.modelyard', folder)
  console.error(`\n… ${title}`)
  const missing = await missingTools()
  if (missing.length > 0) {
    return oneFailed(missing.join('\n'))
  }
  await removeOldRuns(home)
  const state = join(home, String(process.pid))
  mkdirSync(state, { recursive: true })
  const ended = run('scripts/demo/main.ts', ['--state', state, ...demo], {
    env: { MODELYARD_PARENT: String(process.pid) },
  })
  try {
    if (!(await becomesReady(state, ended))) return oneFailed('The demo did not become ready, see above')
    return await runPlaywright(state, playwright, patience)
  } finally {
    const holder = runningHolder(state)
    if (holder) process.kill(holder.pid, 'SIGTERM')
    await ended
  }
}

async function runPlaywright(state: string, more: string[], patience: number): Promise<Counts> {
  const report = join(state, 'playwright.json')
  const environment = {
    MODELYARD_READY: join(state, 'ready.json'),
    MODELYARD_STATE: state,
    MODELYARD_CHROMIUM: await chromium(),
    MODELYARD_PATIENCE: String(patience),
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  }
  const args = ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json', ...more]
  const code = await run(program('@playwright/test', 'cli.js'), args, { env: environment, limitMinutes })
  try {
    return honest(playwrightCounts(readFileSync(report, 'utf8')), code)
  } catch (error) {
    console.error('Playwright left no report.', error)
    return oneFailed('Playwright left no report')
  }
}

const limitMinutes = 30
const downloads = join(root, '.modelyard', 'tools')

async function missingTools(): Promise<string[]> {
  const lines: string[] = []
  for (const tool of nativeTools) {
    const found = await provideTool(tool, downloads, (line) => console.error(line))
    if ('missing' in found) lines.push(found.missing)
  }
  return lines
}

async function chromium(): Promise<string> {
  const found = await provideTool('chromium', downloads, () => undefined)
  return 'program' in found ? found.program : ''
}

async function becomesReady(state: string, ended: Promise<number>): Promise<boolean> {
  let over = false
  void ended.then(() => {
    over = true
  })
  while (!over && !interrupted()) {
    if (readPhase(state) === 'ready') return true
    await pause(100)
  }
  return false
}

// The last run's logs and traces stay until the next run.
async function removeOldRuns(home: string): Promise<void> {
  mkdirSync(home, { recursive: true })
  for (const name of readdirSync(home)) {
    const state = join(home, name)
    if (runningHolder(state)) continue // another test run, at this moment
    await reset(state)
    rmSync(state, { recursive: true, force: true })
  }
}
