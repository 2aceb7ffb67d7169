// One resource request, from the verb to the answer.
import type { IncomingMessage } from 'node:http'
import type { Call } from '../call.ts'
import { mediaType, parseBody, readBody } from '../http/body.ts'
import { listJson, sendJson, sendObject } from '../http/respond.ts'
import { type Shape, shaped, shapeOf, tableFor } from '../http/shape.ts'
import { methodNotAllowed } from '../http/status.ts'
import { type JsonObject, type KubeObject, nameOf, render, text, withoutType } from '../json.ts'
import { apiVersionOf, keyOf, type Served } from '../kinds/catalogue.ts'
import { checkPatchType, patch } from './patch.ts'
import { getStored, listPage } from './read.ts'
import { remove } from './remove.ts'
import { answerReview } from './reviews.ts'
import { selection } from './selectors.ts'
import { handleSubresource } from './subresources.ts'
import { present } from './view.ts'
import { watch } from './watch.ts'
import { create, update } from './write.ts'

export async function handle(call: Call, request: IncomingMessage, isStalled: () => boolean): Promise<void> {
  const { kind, info, cluster } = call
  if (info.verb === 'watch') return watch(call, shapeOf(call.accept), isStalled)
  const reads = info.verb === 'get' || info.verb === 'list'
  const type = mediaType(request)
  if (info.verb === 'patch') checkPatchType(call, type)
  const body = reads ? undefined : parseBody(await readBody(request), type)
  if (kind.createOnly) {
    if (info.verb !== 'create') throw methodNotAllowed()
    return sendObject(call.response, 201, answerReview(call, body))
  }
  if (!['', 'status', 'finalize'].includes(info.subresource)) return handleSubresource(call, type, body)
  switch (info.verb) {
    case 'get':
      return sendOne(call, 200, present(getStored(call), kind))
    case 'list':
      return sendList(call)
    case 'create':
      if (info.name) throw methodNotAllowed()
      return sendOne(call, 201, present(create(call, body), kind))
    case 'update':
      return sendOne(
        call,
        200,
        present(
          update(call, present(getStored(call), kind), () => body),
          kind,
        ),
      )
    case 'patch': {
      const { object, created } = patch(call, type, body)
      return sendOne(call, created ? 201 : 200, present(object, kind))
    }
    case 'delete': {
      if (info.subresource) throw methodNotAllowed()
      const { gone, object } = remove(call, getStored(call), body)
      if (!gone || returnsDeleted.has(kind.storage)) return sendOne(call, 200, present(object, kind))
      return sendObject(call.response, 200, deleted(call, object), call.warnings)
    }
    default: {
      const { test } = selection(call.query, kind)
      const all = listPage({ ...call, query: new URLSearchParams() }).items.filter(test)
      for (const object of all) {
        const stored = cluster.store.get(kind.storage, keyOf(kind, text(object.metadata.namespace), nameOf(object)))
        if (stored) remove(call, stored, body)
      }
      return sendJson(
        call.response,
        200,
        listJson(
          apiVersionOf(kind),
          kind.listKind,
          { resourceVersion: String(cluster.store.revision) },
          all.map((item) => itemOf(kind, item)),
        ),
      )
    }
  }
}

/** Kubernetes answers the delete of these with the object, of all others with a Status. */
const returnsDeleted = new Set([
  '/pods',
  '/services',
  '/serviceaccounts',
  '/resourcequotas',
  '/persistentvolumes',
  '/persistentvolumeclaims',
])

const deleted = ({ kind }: Call, object: KubeObject): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: {
    name: nameOf(object),
    ...(kind.group ? { group: kind.group } : {}),
    kind: kind.plural,
    uid: object.metadata.uid,
  },
})

function sendOne(call: Call, code: number, object: KubeObject): void {
  const shape: Shape = shapeOf(call.accept)
  const body = shape === 'table' ? JSON.stringify(tableFor(call.kind)([object])) : render(shaped(object, shape))
  sendJson(call.response, code, body, call.warnings)
}

function sendList(call: Call): void {
  const { kind } = call
  const { items, metadata } = listPage(call)
  const shape = shapeOf(call.accept)
  if (shape === 'table') {
    sendObject(call.response, 200, tableFor(kind)(items, metadata))
    return
  }
  const [apiVersion, name] =
    shape === 'metadata' ? ['meta.k8s.io/v1', 'PartialObjectMetadataList'] : [apiVersionOf(kind), kind.listKind]
  sendJson(
    call.response,
    200,
    listJson(
      apiVersion,
      name,
      kind.builtIn ? metadata : { continue: '', ...metadata },
      items.map((item) => (shape === 'object' ? itemOf(kind, item) : shaped(item, shape))),
    ),
  )
}

const itemOf = (kind: Served, item: KubeObject): JsonObject => (kind.builtIn ? withoutType(item) : item)
