/** From objects to files: plain YAML, keys sorted, one object a file, so that a diff shows what changes and no more. */
import { stringify } from 'yaml'
import type { KubernetesObject } from '../../ports/cluster.ts'
import type { FileChange } from '../../ports/git-host.ts'

export { label, type Owner } from './labels.ts'
export * as paths from './paths.ts'
export { renderModel, type ServedVersion } from './render-model.ts'
export { hardOf, renderNamespace } from './render-namespace.ts'
export { renderProject } from './render-project.ts'

export const toYaml = (object: KubernetesObject) =>
  stringify(object, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false })

/** `networkpolicy-allow-dns.yaml`, or just `namespace.yaml` where the kind says it all. */
function fileName(object: KubernetesObject, all: KubernetesObject[]): string {
  const kind = object.kind.toLowerCase()
  const alone = all.filter((each) => each.kind === object.kind).length === 1
  return alone ? `${kind}.yaml` : `${kind}-${object.metadata.name}.yaml`
}

export const toFiles = (folder: string, objects: KubernetesObject[]): FileChange[] =>
  objects.map((object) => ({ path: `${folder}/${fileName(object, objects)}`, content: toYaml(object) }))
