/**
 * Finds or makes the binaries of the real control plane: first PATH and the cache, then official downloads that match
 * their published checksum, then a Go build from the module versions pinned below `go/`.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DATA_SETS, type DataSet, SYSTEM_TOOLS, TOOLS, type Tool } from './tools.ts'

const run = promisify(execFile)
const CONNECT_MILLISECONDS = 10_000

export type Toolbox = { path(name: string): string; file(set: string, path: string): string }
type Progress = (message: string) => void

export const cacheRoot = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'modelyard', 'bin')

const folderOf = (item: { name: string; version: string }) => join(cacheRoot(), `${item.name}-${item.version}`)

const executable = async (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

const onPath = async (name: string): Promise<string | undefined> => {
  // Debian keeps some servers in sbin, which a user's PATH may lack.
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    if (folder && (await executable(join(folder, name)))) return join(folder, name)
  }
  return undefined
}

/** A binary on PATH counts only when it is the very version the suites are written for. */
const sameVersionOnPath = async (tool: Tool): Promise<string | undefined> => {
  const path = await onPath(tool.name)
  if (!path) return undefined
  const args = tool.name === 'argocd' ? ['version', '--client', '--short'] : ['--version']
  const { stdout } = await run(path, args, { timeout: 10_000 }).catch(() => ({ stdout: '' }))
  return stdout.includes(`v${tool.version}`) ? path : undefined
}

const fetchWithin = async (url: string): Promise<Response> => {
  const connect = AbortSignal.timeout(CONNECT_MILLISECONDS)
  const response = await fetch(url, { signal: connect })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response
}

const expectedSum = async ({ checksum }: Tool['download']): Promise<string> => {
  if ('file' in checksum) return (await (await fetchWithin(checksum.file)).text()).trim().slice(0, 64)
  const release: { assets?: { name: string; digest?: string }[] } = JSON.parse(
    await (await fetchWithin(checksum.release)).text(),
  )
  const digest = release.assets?.find((asset) => asset.name === checksum.asset)?.digest
  if (!digest?.startsWith('sha256:')) throw new Error(`no published checksum for ${checksum.asset}`)
  return digest.slice('sha256:'.length)
}

const download = async (tool: Tool, target: string, progress: Progress): Promise<void> => {
  const expected = await expectedSum(tool.download)
  progress(`${tool.name} ${tool.version}: downloading ${tool.download.url}`)
  const response = await fetch(tool.download.url)
  if (!response.ok) throw new Error(`${tool.download.url} answered ${response.status}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== expected) throw new Error(`${tool.download.url} has checksum ${actual}, published is ${expected}`)
  await writeFile(`${target}.part`, bytes)
  await rename(`${target}.part`, target)
}

const build = async (tool: Tool, target: string, progress: Progress): Promise<void> => {
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  progress(`${tool.name} ${tool.version}: building with Go (minutes the first time)`)
  const tick = setInterval(() => progress(`${tool.name}: still building, ${seconds()} s`), 30_000)
  try {
    await new Promise<void>((resolve, reject) => {
      const flags = ['build', '-mod=readonly', '-buildvcs=false', `-ldflags=-s -w ${tool.build.linkerFlags}`]
      const child = spawn('go', [...flags, '-o', `${target}.part`, tool.build.package], {
        cwd: join(import.meta.dirname, 'go', tool.build.folder),
        env: { ...process.env, CGO_ENABLED: '0' },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      child.on('error', reject)
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`go build of ${tool.name} ended with ${code}`)),
      )
    })
  } finally {
    clearInterval(tick)
  }
  await rename(`${target}.part`, target)
  progress(`${tool.name} ${tool.version}: built in ${seconds()} s`)
}

const obtainTool = async (tool: Tool, progress: Progress): Promise<string> => {
  const target = join(folderOf(tool), tool.name)
  if (await executable(target)) return target
  const found = await sameVersionOnPath(tool)
  if (found) return found
  await mkdir(dirname(target), { recursive: true })
  try {
    await download(tool, target, progress)
  } catch (error) {
    progress(`${tool.name} ${tool.version}: no download (${error instanceof Error ? error.message : error})`)
    if (!(await onPath('go'))) {
      throw new Error(
        `${tool.name} ${tool.version} is neither cached nor downloadable, and Go is not installed to build it`,
      )
    }
    await build(tool, target, progress)
  }
  await chmod(target, 0o755)
  return target
}

const obtainFiles = async (set: DataSet): Promise<void> => {
  const missing: string[] = []
  for (const file of set.files) {
    await access(join(folderOf(set), file)).catch(() => missing.push(file))
  }
  if (missing.length === 0) return
  const module = (await onPath('go')) ? await moduleFolder(set) : undefined
  for (const file of missing) {
    const target = join(folderOf(set), file)
    await mkdir(dirname(target), { recursive: true })
    if (module) await copyFile(join(module, file), `${target}.part`)
    else await writeFile(`${target}.part`, await (await fetchWithin(`${set.raw}/${file}`)).text())
    await chmod(`${target}.part`, file.endsWith('.sh') ? 0o755 : 0o644)
    await rename(`${target}.part`, target)
  }
}

const moduleFolder = async (set: DataSet): Promise<string> => {
  const { stdout } = await run('go', ['mod', 'download', '-json', set.module])
  const answer: { Dir: string } = JSON.parse(stdout)
  return answer.Dir
}

/** True when nothing has to be downloaded or built: what decides whether an ordinary run includes the real cluster. */
export const isCached = async (): Promise<boolean> => {
  for (const tool of TOOLS) if (!(await executable(join(folderOf(tool), tool.name)))) return false
  for (const tool of SYSTEM_TOOLS) if (!(await onPath(tool.name))) return false
  return true
}

export const obtain = async (progress: Progress): Promise<Toolbox> => {
  const paths = new Map<string, string>()
  for (const tool of SYSTEM_TOOLS) {
    const path = await onPath(tool.name)
    if (!path) throw new Error(`${tool.name} is not installed: ${tool.hint}`)
    paths.set(tool.name, path)
  }
  for (const tool of TOOLS) paths.set(tool.name, await obtainTool(tool, progress))
  for (const set of DATA_SETS) await obtainFiles(set)
  return {
    path(name) {
      const path = paths.get(name)
      if (!path) throw new Error(`no tool is called ${name}`)
      return path
    },
    file(setName, path) {
      const set = DATA_SETS.find((each) => each.name === setName)
      if (!set) throw new Error(`no set of files is called ${setName}`)
      return join(folderOf(set), path)
    },
  }
}

if (import.meta.main) {
  if (process.argv.includes('--check')) process.exit((await isCached()) ? 0 : 1)
  await obtain((message) => console.error(message))
  console.error(`the real control plane's binaries are ready in ${cacheRoot()}`)
}
