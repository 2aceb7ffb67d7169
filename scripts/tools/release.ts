import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NativeTool } from './native.ts'
import { type Release, releases } from './releases.ts'
import { runTool } from './run-tool.ts'

/** The official release for this platform. Returns why it could not be had. */
export async function fromRelease(tool: NativeTool, place: string, tell: (line: string) => void) {
  const platform = `${process.platform}-${process.arch}`
  const release = releases[tool]?.[platform]
  if (!releases[tool]) return undefined
  if (!release) return `there is no pinned release for ${platform}`
  tell(`Downloading ${tool} from ${new URL(release.url).host}`)
  return fetchRelease(release, tool, place)
}

/** Accepted only with the noted checksum. */
export async function fetchRelease(release: Release, tool: string, place: string): Promise<string | undefined> {
  const work = `${place}.downloading`
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  try {
    const response = await fetch(release.url, { signal: AbortSignal.timeout(300_000) })
    if (!response.ok) return `${release.url} answered ${response.status}`
    const bytes = Buffer.from(await response.arrayBuffer())
    const sum = createHash('sha256').update(bytes).digest('hex')
    if (sum !== release.sha256) return `${release.url} has the checksum ${sum}, not ${release.sha256}: not used`
    const archive = join(work, 'release.tar.gz')
    writeFileSync(archive, bytes)
    const opened = await runTool('tar', ['-xzf', archive, '-C', work, '--strip-components=1'])
    if (opened.code !== 0) return `tar could not unpack it: ${opened.said.trim()}`
    rmSync(place, { recursive: true, force: true })
    mkdirSync(join(place, 'bin'), { recursive: true })
    for (const program of [tool, 'promtool', 'amtool']) {
      if (!existsSync(join(work, program))) continue
      renameSync(join(work, program), join(place, 'bin', program))
      chmodSync(join(place, 'bin', program), 0o755)
    }
    return undefined
  } catch (error) {
    return `${release.url} could not be fetched: ${reasonOf(error)}`
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
