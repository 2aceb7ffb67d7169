import { isNotFound } from './api-error.ts'
import { groupOf, versionOf } from './objects.ts'

export type ResourceType = { group: string; version: string; kind: string; plural: string; namespaced: boolean }

type Resource = { name: string; kind: string; namespaced: boolean; verbs?: string[] }
type Fetched = { resources?: Resource[]; groups?: { preferredVersion?: { groupVersion: string } }[] }

export const pathOf = (type: ResourceType, namespace?: string, name?: string): string => {
  const root = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`
  const scope = type.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${type.plural}${name ? `/${encodeURIComponent(name)}` : ''}`
}

/** Which path serves a kind. Answers are kept; a kind not yet known is asked for again, at most once a second. */
export class Discovery {
  readonly #fetch: (path: string) => Promise<Fetched>
  readonly #lists = new Map<string, { at: number; types: Promise<ResourceType[]> }>()

  constructor(fetch: (path: string) => Promise<Fetched>) {
    this.#fetch = fetch
  }

  async find(apiVersion: string, kind: string): Promise<ResourceType | undefined> {
    const known = (await this.#types(apiVersion, false)).find((type) => type.kind === kind)
    return known ?? (await this.#types(apiVersion, true)).find((type) => type.kind === kind)
  }

  async require(apiVersion: string, kind: string): Promise<ResourceType> {
    const type = await this.find(apiVersion, kind)
    if (!type) throw new Error(`the server could not find the requested resource: ${apiVersion}/${kind}`)
    return type
  }

  /** Every kind that can be listed and deleted, in its preferred version. */
  async all(): Promise<ResourceType[]> {
    const { groups = [] } = await this.#fetch('/apis')
    const versions = ['v1', ...groups.flatMap((group) => group.preferredVersion?.groupVersion ?? [])]
    const lists = await Promise.all(
      versions.map(async (version) =>
        (await this.#load(version, ['list', 'delete'])).filter((type) => type.kind !== 'APIService'),
      ),
    )
    return lists.flat()
  }

  #types(apiVersion: string, again: boolean): Promise<ResourceType[]> {
    const known = this.#lists.get(apiVersion)
    if (known && (!again || Date.now() - known.at < 1000)) return known.types
    const types = this.#load(apiVersion)
    this.#lists.set(apiVersion, { at: Date.now(), types })
    types.catch(() => this.#lists.delete(apiVersion))
    return types
  }

  async #load(apiVersion: string, verbs: readonly string[] = []): Promise<ResourceType[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    try {
      const list = await this.#fetch(path)
      return (list.resources ?? [])
        .filter((resource) => !resource.name.includes('/') && verbs.every((verb) => resource.verbs?.includes(verb)))
        .map((resource) => ({
          group: groupOf(apiVersion),
          version: versionOf(apiVersion),
          kind: resource.kind,
          plural: resource.name,
          namespaced: resource.namespaced,
        }))
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }
}
