import { basename, posix } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import type { Discovery, ResourceType } from '#sandbox/kube-client/discovery.ts'
import { groupOf, type KubeObject } from '#sandbox/kube-client/objects.ts'
import type { Issue, Source } from '../application.ts'
import type { Repository, RepositoryFile } from './repository.ts'

const Manifest = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1) }),
})

export type Desired = { object: KubeObject; type: ResourceType | undefined; file: string }
const MAX_FILE_CHARACTERS = 10_000_000

/** Reads the plain YAML and JSON of a folder; one bad file spoils the whole, as it does for Argo CD. */
export const readManifests = async (
  repository: Repository,
  commit: string,
  source: Source,
): Promise<RepositoryObject[]> => {
  const files = await repository.files(commit, source.path, source.directory.recurse)
  return files.filter((file) => isIncluded(file, source)).flatMap(objectsOf)
}

export type RepositoryObject = { file: string; object: KubeObject }

const isIncluded = (file: RepositoryFile, source: Source): boolean => {
  const path = posix.relative(posix.normalize(source.path || '.'), file.path)
  const { include, exclude } = source.directory
  if (exclude && (posix.matchesGlob(path, exclude) || posix.matchesGlob(basename(path), exclude))) return false
  return !include || posix.matchesGlob(path, include)
}

/**
 * A YAML file that does not read as objects is an error when it means to hold some; otherwise (a policy, a values file)
 * it is none of our business. JSON files must always hold one object.
 */
export const objectsOf = (file: RepositoryFile): RepositoryObject[] => {
  const name = basename(file.path)
  if (file.content.length > MAX_FILE_CHARACTERS) throw new ManifestError(`file ${name} is larger than 10 MB`)
  if (file.content.includes('+argocd:skip-file-rendering')) return []
  const objects: RepositoryObject[] = []
  for (const document of parseAllDocuments(file.content, { uniqueKeys: true, logLevel: 'silent' })) {
    const [error] = document.errors
    // Aliases that multiply ("billion laughs") are refused by the parser's own limit.
    const value: unknown = error ? undefined : document.toJS({ maxAliasCount: 100 })
    if (!error && (value === null || value === undefined)) continue
    const manifest = Manifest.safeParse(value)
    if (manifest.success) {
      objects.push({ file: file.path, object: manifest.data })
    } else if (objects.length > 0 || meansObjects(name, file.content)) {
      const reason = error ? `yaml: ${firstLine(error.message)}` : reasonOf(value)
      throw new ManifestError(`Failed to unmarshal "${name}": failed to unmarshal manifest: ${reason}`)
    }
  }
  return objects
}

/** A file's own fault, as opposed to a repository that cannot be read. */
export class ManifestError extends Error {}

const meansObjects = (name: string, content: string): boolean =>
  name.endsWith('.json') || ['apiVersion:', 'kind:', 'metadata:'].every((field) => content.includes(field))

const firstLine = (message: string): string => message.split('\n')[0] ?? message

const reasonOf = (value: unknown): string => {
  const has = (field: string) => typeof value === 'object' && value !== null && field in value
  if (typeof value !== 'object' || Array.isArray(value)) return 'the document is not an object'
  if (!has('kind')) return `Object 'Kind' is missing in '${JSON.stringify(value).slice(0, 200)}'`
  if (!has('apiVersion')) return `Object 'apiVersion' is missing in '${JSON.stringify(value).slice(0, 200)}'`
  return 'metadata.name is missing'
}

/** Gives each object the namespace it will have, and leaves one of each. */
export const placeManifests = async (
  found: readonly RepositoryObject[],
  namespace: string,
  discovery: Discovery,
): Promise<{ desired: Map<string, Desired>; issues: Issue[] }> => {
  const desired = new Map<string, Desired>()
  const counts = new Map<string, number>()
  for (const { object, file } of found) {
    const type = await discovery.find(object.apiVersion, object.kind)
    const namespaced = type?.namespaced ?? true
    const { namespace: own, ...metadata } = object.metadata
    const placed = namespaced ? { ...metadata, namespace: own || namespace } : metadata
    const entry = { object: { ...object, metadata: placed }, type, file }
    const key = resourceKey(entry.object)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    desired.set(key, entry)
  }
  const issues = [...counts].flatMap(([key, count]) =>
    count < 2
      ? []
      : [
          {
            type: 'RepeatedResourceWarning',
            message: `Resource ${key} appeared ${count} times among application resources.`,
          },
        ],
  )
  return { desired, issues }
}

/** group/kind/namespace/name, with empty parts kept, as Argo CD writes it in messages. */
export const resourceKey = (object: KubeObject): string =>
  [groupOf(object.apiVersion), object.kind, object.metadata.namespace ?? '', object.metadata.name].join('/')
