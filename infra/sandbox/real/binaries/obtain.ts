/**
 * Finds or makes the binaries of the real control plane: first PATH and the cache, then official downloads that match
 * their published checksum, then a Go build from the module versions pinned below `go/`.
 */
import { execFile } from 'node:child_process'
import { access, chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { download, fetchWithin, reasonOf } from './download.ts'
import { build, moduleFolder } from './go-build.ts'
import { folderOf, isExecutable, onPath } from './places.ts'
import { DATA_SETS, type DataSet, S3_SERVER, SYSTEM_TOOLS, type SystemTool, TOOLS, type Tool } from './tools.ts'

const run = promisify(execFile)

export type Toolbox = { path(name: string): string; file(set: string, path: string): string }
type Progress = (message: string) => void

/** A binary on PATH counts only when it is the very version the suites are written for. */
const sameVersionOnPath = async (tool: Tool): Promise<string | undefined> => {
  const path = await onPath(tool.name)
  if (!path) return undefined
  const args = tool.name === 'argocd' ? ['version', '--client', '--short'] : ['--version']
  // A program that does not tell its version is not the one we want.
  const { stdout } = await run(path, args, { timeout: 10_000 }).catch(() => ({ stdout: '' }))
  return stdout.includes(`v${tool.version}`) ? path : undefined
}

const present = async (tool: Tool): Promise<string | undefined> => {
  const cached = join(folderOf(tool), tool.name)
  return (await isExecutable(cached)) ? cached : sameVersionOnPath(tool)
}

export const obtainTool = async (tool: Tool, progress: Progress): Promise<string> => {
  const found = await present(tool)
  if (found) return found
  const target = join(folderOf(tool), tool.name)
  await mkdir(dirname(target), { recursive: true })
  try {
    await download(tool, target, progress)
  } catch (error) {
    const reason = reasonOf(error)
    progress(`${tool.name} ${tool.version}: no download (${reason})`)
    if (!(await onPath('go'))) {
      throw new Error(
        `${tool.name} ${tool.version} is not cached, cannot be downloaded (${reason}), and Go is not installed to build it`,
      )
    }
    await build(tool, target, progress)
  }
  await chmod(target, 0o755)
  return target
}

const missingFiles = async (set: DataSet): Promise<string[]> => {
  const missing: string[] = []
  for (const file of set.files) {
    await access(join(folderOf(set), file)).catch(() => missing.push(file))
  }
  return missing
}

const obtainFiles = async (set: DataSet): Promise<void> => {
  const missing = await missingFiles(set)
  if (missing.length === 0) return
  const module = (await onPath('go')) ? await moduleFolder(set) : undefined
  for (const file of missing) {
    const target = join(folderOf(set), file)
    const part = `${target}.${process.pid}.part`
    await mkdir(dirname(target), { recursive: true })
    if (module) await copyFile(join(module, file), part)
    else await writeFile(part, await (await fetchWithin(`${set.raw}/${file}`)).text())
    await chmod(part, file.endsWith('.sh') ? 0o755 : 0o644)
    await rename(part, target)
  }
}

/** What is not on this machine yet: programs of the distribution, and what has to be downloaded or built. */
export type Lacking = { system: SystemTool[]; binaries: string[] }

export const lacking = async (): Promise<Lacking> => {
  const system: SystemTool[] = []
  for (const tool of SYSTEM_TOOLS) if (!(await onPath(tool.name))) system.push(tool)
  const binaries: string[] = []
  for (const tool of [...TOOLS, S3_SERVER]) if (!(await present(tool))) binaries.push(`${tool.name} ${tool.version}`)
  for (const set of DATA_SETS) if ((await missingFiles(set)).length > 0) binaries.push(`${set.name} ${set.version}`)
  return { system, binaries }
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
