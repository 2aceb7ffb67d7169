/** Builds from the module versions pinned in the go.mod files below `go/`. */
import { execFile, spawn } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { onPath } from './places.ts'
import type { DataSet, Tool } from './tools.ts'

const run = promisify(execFile)
const Module = z.object({ Dir: z.string() })
const LAST_WORDS = 2000

export const build = async (tool: Tool, target: string, progress: (message: string) => void): Promise<void> => {
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  progress(`${tool.name} ${tool.version}: building with Go (minutes the first time)`)
  const tick = setInterval(() => progress(`${tool.name}: still building, ${seconds()} s`), 30_000)
  const part = `${target}.${process.pid}.part`
  try {
    await compile(await go(), tool, part)
  } finally {
    clearInterval(tick)
  }
  await rename(part, target)
  progress(`${tool.name} ${tool.version}: built in ${seconds()} s`)
}

const go = async (): Promise<string> => (await onPath('go')) ?? 'go'

const compile = (command: string, tool: Tool, part: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const flags = ['build', '-mod=readonly', '-buildvcs=false', `-ldflags=-s -w ${tool.build.linkerFlags}`]
    const child = spawn(command, [...flags, '-o', part, tool.build.package], {
      cwd: join(import.meta.dirname, 'go', tool.build.folder),
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-LAST_WORDS)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const last = said.trim().split('\n').at(-1) ?? ''
      reject(new Error(`go build of ${tool.name} ended with ${code}: ${last}`))
    })
  })

/** Where Go keeps the sources of a module, fetched if need be. */
export const moduleFolder = async (set: DataSet): Promise<string> => {
  const { stdout } = await run(await go(), ['mod', 'download', '-json', set.module], { cwd: '/' })
  return Module.parse(JSON.parse(stdout)).Dir
}
