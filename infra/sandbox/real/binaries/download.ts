/** Official binaries, accepted only with the checksum published beside them. */
import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Tool } from './tools.ts'

const ANSWER_MILLISECONDS = 10_000
const WHOLE_FILE_MILLISECONDS = 300_000

const Release = z.object({ assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })) })

export const fetchWithin = async (url: string, milliseconds = ANSWER_MILLISECONDS): Promise<Response> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(milliseconds) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response
}

type Download = NonNullable<Tool['download']>

const expectedSum = async ({ checksum }: Download): Promise<string> => {
  if ('file' in checksum) return (await (await fetchWithin(checksum.file)).text()).trim().slice(0, 64)
  const release = Release.parse(await (await fetchWithin(checksum.release)).json())
  const digest = release.assets.find((asset) => asset.name === checksum.asset)?.digest
  if (!digest?.startsWith('sha256:')) throw new Error(`no published checksum for ${checksum.asset}`)
  return digest.slice('sha256:'.length)
}

export const download = async (tool: Tool, target: string, progress: (message: string) => void): Promise<void> => {
  const { download: official } = tool
  if (!official) throw new Error('no binary is published by itself')
  const expected = await expectedSum(official)
  progress(`${tool.name} ${tool.version}: downloading ${official.url}`)
  const response = await fetchWithin(official.url, WHOLE_FILE_MILLISECONDS)
  const bytes = Buffer.from(await response.arrayBuffer())
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== expected) throw new Error(`${official.url} has checksum ${actual}, published is ${expected}`)
  // Named by the process, so that two that fetch at the same time do not write into one file.
  const part = `${target}.${process.pid}.part`
  await writeFile(part, bytes, { mode: 0o755 })
  await rename(part, target)
}

export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
