/**
 * The protocol over gRPC, in one of the acceptor threads. Messages pass as bytes: only the model's name is read here,
 * tensors are read by the engine, as with HTTP.
 */
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { bodyKind } from '../engine/frames.ts'
import type { Authorize } from '../http/auth.ts'
import type { ModelRoute } from '../http/route-table.ts'
import { modelIsReady, SERVER_NAME, SERVER_VERSION } from '../http/routes.ts'
import { observe, SECONDS_BUCKETS } from '../metrics/request-stats.ts'
import { InferenceError } from '../protocol/errors.ts'
import { readModelName } from '../protocol/grpc-infer.ts'
import { ProtoReader, ProtoWriter, wire } from '../protocol/protobuf.ts'
import type { Dispatcher } from '../queue/dispatcher.ts'

export interface GrpcOptions {
  host: string
  port: number
  maxBodyBytes: number
  dispatcher: Dispatcher
  authorize: Authorize
  draining: () => boolean
}

const codes = new Map<number, status>([
  [400, status.INVALID_ARGUMENT],
  [401, status.UNAUTHENTICATED],
  [403, status.PERMISSION_DENIED],
  [404, status.NOT_FOUND],
  [429, status.RESOURCE_EXHAUSTED],
  [503, status.UNAVAILABLE],
  [504, status.DEADLINE_EXCEEDED],
])

const grpcError = (error: unknown) => {
  const known = error instanceof InferenceError ? error : new InferenceError(500, 'the server failed on this request')
  const metadata = new Metadata()
  if (known.retryAfterSeconds > 0) metadata.set('retry-after', String(known.retryAfterSeconds))
  return { code: codes.get(known.status) ?? status.INTERNAL, details: known.message, metadata }
}

const asIs = (bytes: Buffer): Buffer => bytes
const method = (name: string) => ({
  path: `/inference.GRPCInferenceService/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})

const names = [
  'ServerLive',
  'ServerReady',
  'ModelReady',
  'ServerMetadata',
  'ModelMetadata',
  'ModelInfer',
  'RepositoryIndex',
] as const
const service: ServiceDefinition = Object.fromEntries(names.map((name) => [name, method(name)]))

type Unary = handleUnaryCall<Buffer, Buffer>
type Call = Parameters<Unary>[0]

/** Text fields by number, of the small requests. */
const fieldsOf = (bytes: Buffer): Map<number, string> => {
  const reader = new ProtoReader(bytes)
  const found = new Map<number, string>()
  while (reader.next()) {
    if (reader.type === wire.bytes) found.set(reader.field, reader.text())
    else reader.skip()
  }
  return found
}

const errorOf = (body: Buffer, code: number): InferenceError => {
  const parsed: unknown = JSON.parse(body.toString('utf8'))
  const said =
    typeof parsed === 'object' && parsed !== null && 'error' in parsed ? String(parsed.error) : 'no reason given'
  return new InferenceError(code, said)
}

const tensorMetadata = (each: unknown): ProtoWriter => {
  const writer = new ProtoWriter()
  if (typeof each !== 'object' || each === null) return writer
  if ('name' in each) writer.text(1, String(each.name))
  if ('datatype' in each) writer.text(2, String(each.datatype))
  if ('shape' in each && Array.isArray(each.shape)) writer.packed(3, each.shape.map(Number))
  return writer
}

export const startGrpcServer = async (options: GrpcOptions): Promise<{ port: number; close: () => void }> => {
  const { dispatcher } = options

  const modelOf = (name: string): ModelRoute => {
    const model = dispatcher.model(name)
    if (!model) throw new InferenceError(404, `there is no model ${JSON.stringify(name.slice(0, 200))} here`)
    return model
  }

  const tenantOf = (call: Call, model: ModelRoute): string | Promise<string> =>
    options.authorize(String(call.metadata.get('authorization')[0] ?? ''), model)

  const infer = async (call: Call): Promise<Buffer> => {
    const startedAt = performance.now()
    const { name, version: named } = readModelName(call.request)
    const model = modelOf(name)
    const tenant = await tenantOf(call, model)
    const sticky = String(call.metadata.get('x-sticky-key')[0] ?? '')
    const version = dispatcher.choose(model, named === '' ? undefined : named, sticky)
    const admission = dispatcher.admit(model, version, tenant)
    const { stats } = admission
    const deadline = call.getDeadline()
    const patience = deadline instanceof Date ? deadline.getTime() - Date.now() : deadline - Date.now()
    const finish = (code: number): void => {
      stats.codes[code] = (stats.codes[code] ?? 0) + 1
      stats.bytesIn += call.request.length
      observe(stats.duration, SECONDS_BUCKETS, (performance.now() - startedAt) / 1000)
      admission.leave()
    }
    return new Promise((resolve, reject) => {
      const request = {
        kind: bodyKind.grpc,
        name: '',
        jsonLength: undefined,
        body: call.request,
        slot: undefined,
        tenant,
        timeoutMilliseconds: Number.isFinite(patience) ? Math.max(1, patience) : 0,
      }
      const abandon = dispatcher.send(
        admission,
        request,
        (answer) => {
          finish(answer.status)
          stats.bytesOut += answer.body.length
          if (answer.status === 200) resolve(answer.body)
          else reject(errorOf(answer.body, answer.status))
        },
        (error) => {
          finish(error.status)
          reject(error)
        },
      )
      call.on('cancelled', () => {
        abandon()
        admission.leave()
      })
    })
  }

  const metadata = async (call: Call): Promise<Buffer> => {
    const fields = fieldsOf(call.request)
    const model = modelOf(fields.get(1) ?? '')
    await tenantOf(call, model)
    const wanted = fields.get(2)
    const version = model.versions.find((each) => (wanted ? each.version === wanted : each.metadata !== ''))
    if (!version || version.metadata === '')
      throw new InferenceError(404, `model "${model.name}" has no such version that is ready`)
    const found: unknown = JSON.parse(version.metadata)
    const writer = new ProtoWriter().text(1, model.name)
    for (const each of model.versions) writer.text(2, each.version)
    writer.text(3, 'onnxruntime_onnx')
    if (typeof found === 'object' && found !== null) {
      if ('inputs' in found && Array.isArray(found.inputs))
        for (const each of found.inputs) writer.message(4, tensorMetadata(each))
      if ('outputs' in found && Array.isArray(found.outputs))
        for (const each of found.outputs) writer.message(5, tensorMetadata(each))
    }
    return writer.finish()
  }

  const ready = (call: Call): Buffer => {
    const fields = fieldsOf(call.request)
    const model = modelOf(fields.get(1) ?? '')
    const wanted = fields.get(2)
    const version = wanted ? model.versions.find((each) => each.version === wanted) : undefined
    const isReady = wanted ? version?.state === 'Ready' && version.socket !== '' : modelIsReady(model)
    return new ProtoWriter().bool(1, isReady === true).finish()
  }

  const index = (): Buffer => {
    const writer = new ProtoWriter()
    for (const model of dispatcher.routes.models) {
      for (const each of model.versions) {
        const state = each.state === 'Ready' ? 'READY' : 'UNAVAILABLE'
        writer.message(
          1,
          new ProtoWriter().text(1, model.name).text(2, each.version).text(3, state).text(4, each.message),
        )
      }
    }
    return writer.finish()
  }

  const serverMetadata = (): Buffer =>
    new ProtoWriter()
      .text(1, SERVER_NAME)
      .text(2, SERVER_VERSION)
      .text(3, 'classification')
      .text(3, 'model_repository')
      .finish()

  const unary =
    (handler: (call: Call) => Buffer | Promise<Buffer>): Unary =>
    (call, callback) => {
      // Also catches what a handler throws at once.
      Promise.resolve(call)
        .then(handler)
        .then((answer) => callback(null, answer))
        .catch((error: unknown) => callback(grpcError(error)))
    }

  const server = new Server({
    'grpc.max_receive_message_length': options.maxBodyBytes,
    'grpc.max_send_message_length': -1,
  })
  server.addService(service, {
    ServerLive: unary(() => new ProtoWriter().bool(1, true).finish()),
    ServerReady: unary(() => new ProtoWriter().bool(1, dispatcher.routes.ready && !options.draining()).finish()),
    ModelReady: unary(ready),
    ServerMetadata: unary(serverMetadata),
    ModelMetadata: unary(metadata),
    ModelInfer: unary(infer),
    RepositoryIndex: unary(index),
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return { port, close: () => server.tryShutdown(() => {}) }
}
