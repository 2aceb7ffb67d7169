/**
 * `--models DIR`: DIR/<model>/<version>/model.onnx. Settings come from the newest version's model.json, and over them
 * from DIR/<model>/model.json, where there are any.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Monitoring } from '#server/contracts/inference/monitoring.ts'
import { Batching, Limits, ModelName, type ModelSpec, VersionName } from '../control/contract.ts'

const FolderSettings = z.object({
  tenant: z.string().min(1).max(63).default('default'),
  limits: Limits.default({}),
  batching: Batching.default({}),
  monitoring: Monitoring.default({}),
  pinned: z.boolean().default(false),
  /** Without it the newest version answers and the others are there for who names them. */
  versions: z
    .record(z.string(), z.object({ weight: z.int().min(0).max(100).default(100), shadow: z.boolean().default(false) }))
    .default({}),
})

export interface FolderModel {
  name: string
  spec: ModelSpec
}

/** Versions by number where they are numbers: "10" comes after "9". */
const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const readObject = async (path: string): Promise<Record<string, unknown>> => {
  if (!(await isFile(path))) return {}
  return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')))
}

const readSettings = async (folder: string, newest: string): Promise<z.infer<typeof FolderSettings>> => {
  const ofVersion = await readObject(join(folder, newest, 'model.json'))
  const parsed = FolderSettings.safeParse({ ...ofVersion, ...(await readObject(join(folder, 'model.json'))) })
  if (!parsed.success) throw new Error(`model.json of ${folder} is not valid: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

const readModel = async (folder: string, name: string): Promise<FolderModel | undefined> => {
  const entries = await readdir(join(folder, name), { withFileTypes: true })
  const versions: string[] = []
  for (const entry of entries) {
    if (!entry.isDirectory() || !VersionName.safeParse(entry.name).success) continue
    if (await isFile(join(folder, name, entry.name, 'model.onnx'))) versions.push(entry.name)
  }
  if (versions.length === 0) return undefined
  versions.sort(byVersion)
  const newest = versions.at(-1) ?? ''
  const settings = await readSettings(join(folder, name), newest)
  const named = Object.keys(settings.versions).length > 0
  return {
    name,
    spec: {
      tenant: settings.tenant,
      limits: settings.limits,
      batching: settings.batching,
      monitoring: settings.monitoring,
      pinned: settings.pinned,
      versions: versions.slice(-8).map((version) => ({
        version,
        path: join(folder, name, version, 'model.onnx'),
        weight: settings.versions[version]?.weight ?? (!named && version === newest ? 100 : 0),
        shadow: settings.versions[version]?.shadow ?? false,
      })),
    },
  }
}

export const readModelFolder = async (folder: string): Promise<FolderModel[]> => {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory() && ModelName.safeParse(entry.name).success)
  const models = await Promise.all(names.map((entry) => readModel(folder, entry.name)))
  return models.filter((each) => each !== undefined)
}
