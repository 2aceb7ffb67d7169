import { denial } from '../authorization/authorizer.ts'
import type { Call } from '../call.ts'
import { badRequest, forbidden, invalid, notFound, StatusError, unsupportedMedia } from '../http/status.ts'
import { isObject, type Json, type KubeObject, nameOf, object, text } from '../json.ts'
import { apiVersionOf, keyOf } from '../kinds/catalogue.ts'
import { apply, undeclared } from '../patch/apply.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { strategicMerge } from '../patch/strategic.ts'
import { resolve } from '../schema/schema.ts'
import { present } from './view.ts'
import { create, update, writerOf } from './write.ts'

const media = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** Strategic merge needs the merge keys of built-in kinds. */
export function checkPatchType({ kind }: Call, type: string): void {
  const taken = Object.values(media).filter((one) => kind.builtIn || one !== media.strategic)
  if (taken.includes(type)) return
  if (kind.builtIn) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  throw unsupportedMedia([media.json, media.merge, media.apply])
}

/** The changed object, and whether it was made by the patch (only apply does that). */
export function patch(call: Call, type: string, body: Json | undefined): { object: KubeObject; created: boolean } {
  const { cluster, kind, info } = call
  const stored = cluster.store.get(kind.storage, keyOf(kind, info.namespace, info.name))
  const live = stored && present(stored, kind)
  if (type === media.apply) return applied(call, live, body)
  if (!live) throw notFound(kind, info.name)
  return { object: update(call, live, (current) => patched(call, type, current, body)), created: false }
}

function patched({ kind }: Call, type: string, live: KubeObject, body: Json | undefined): Json {
  if (body === undefined) throw badRequest('the patch is empty')
  if (type === media.json) return jsonPatch(live, body)
  if (!isObject(body)) throw badRequest('a merge patch is an object')
  if (type === media.merge) return mergePatch(live, body)
  return strategicMerge(live, body, resolve(kind.schema))
}

function applied(
  call: Call,
  live: KubeObject | undefined,
  body: Json | undefined,
): { object: KubeObject; created: boolean } {
  const { kind, info, query } = call
  if (!query.get('fieldManager')) {
    throw new StatusError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        group: 'meta.k8s.io',
        kind: 'PatchOptions',
        causes: [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: is required for apply patch',
            field: 'fieldManager',
          },
        ],
      },
    )
  }
  if (!isObject(body)) throw badRequest('an apply patch is an object')
  if (text(body.apiVersion) !== apiVersionOf(kind) || text(body.kind) !== kind.kind) {
    throw badRequest(
      `invalid object type: ${text(body.apiVersion).includes('/') ? '' : '/'}${text(body.apiVersion)}, Kind=${text(body.kind)}`,
    )
  }
  const schema = resolve(kind.schema)
  const config: KubeObject = {
    ...body,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { ...object(body.metadata), name: info.name },
  }
  if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  if (nameOf(body) !== '' && nameOf(body) !== info.name) {
    throw badRequest(`the name of the object (${nameOf(body)}) does not match the name on the URL (${info.name})`)
  }
  const unknown = undeclared(config, schema)
  if (unknown.length > 0) {
    const where = `${text(config.metadata.namespace)}/${info.name}; ${apiVersionOf(kind)}, Kind=${kind.kind}`
    const shown = unknown.map((path) => `${path}: field not declared in schema`)
    const list = shown.length === 1 ? shown[0] : `errors:\n${shown.map((line) => `  ${line}`).join('\n')}`
    throw new StatusError(500, '', `failed to create typed patch object (${where}): ${list}`)
  }
  if (info.subresource === 'status')
    for (const key of Object.keys(config))
      if (!['apiVersion', 'kind', 'metadata', 'status'].includes(key)) delete config[key]
  if (info.subresource === '' && kind.status) delete config.status

  const writer = writerOf(call, 'Apply')
  const force = query.get('force') === 'true'
  if (!live) {
    if (info.subresource) throw notFound(kind, info.name)
    const creation = { ...info, verb: 'create', resource: kind.plural }
    if (!call.cluster.authorizer.allows(call.user, creation))
      throw forbidden(kind, info.name, denial(call.user, creation))
    const named = {
      ...config,
      metadata: { ...config.metadata, ...(kind.namespaced ? { namespace: info.namespace } : {}) },
    }
    return { object: create(call, apply(undefined, named, writer, force, schema), true), created: true }
  }
  if (text(config.metadata.uid) && config.metadata.uid !== live.metadata.uid) {
    throw invalid(kind, info.name, [
      {
        field: 'metadata.uid',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(config.metadata.uid)}: field is immutable`,
      },
    ])
  }
  const version = text(config.metadata.resourceVersion)
  const change = (current: KubeObject) => {
    const result = apply(current, config, writer, force, schema)
    return version ? { ...result, metadata: { ...result.metadata, resourceVersion: version } } : result
  }
  return { object: update(call, live, change, 'apply'), created: false }
}
