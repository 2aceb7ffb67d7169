/**
 * The protocol over gRPC, in one of the acceptor threads. Messages pass as bytes: only the model's name is read here,
 * tensors are read by the engine, as with HTTP.
 */
import { type handleUnaryCall, Metadata, Server, type ServiceDefinition, status } from '@grpc/grpc-js'
import { modelsFor } from '../auth/auth.ts'
import type { ModelRoute } from '../http/route-table.ts'
import { type Ask, modelIsReady } from '../http/routes.ts'
import { InferenceError } from '../protocol/errors.ts'
import { ProtoWriter } from '../protocol/protobuf/protobuf.ts'
import { retryAfter } from '../queue/retry-after.ts'
import { credentialsOf, type GrpcTls } from './credentials.ts'
import { type Call, header, type InferCallOptions, inferCall, type Reply } from './infer-call.ts'
import { errorOf, fieldsOf, modelMetadata, modelStatistics, repositoryIndex, serverMetadata } from './messages.ts'

export interface GrpcOptions extends InferCallOptions {
  host: string
  port: number
  tls: GrpcTls | undefined
  maxBodyBytes: number
  ask: Ask
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

/** Those of the open protocol, and of Triton's extensions to it the two that have a meaning here. */
const names = [
  'ServerLive',
  'ServerReady',
  'ModelReady',
  'ServerMetadata',
  'ModelMetadata',
  'ModelInfer',
  'RepositoryIndex',
  'ModelStatistics',
] as const
const service: ServiceDefinition = Object.fromEntries(names.map((name) => [name, method(name)]))

type Unary = handleUnaryCall<Buffer, Buffer>

export interface GrpcServer {
  port: number
  /** Takes no more calls; resolves when those under way are answered and everybody has been told to leave. */
  close: () => Promise<void>
}

export const startGrpcServer = async (options: GrpcOptions): Promise<GrpcServer> => {
  const { dispatcher, authorize } = options

  /** The model that the first field names, if the caller may use it. */
  const modelOf = async (call: Call): Promise<{ model: ModelRoute; version: string }> => {
    const fields = fieldsOf(call.request)
    const name = fields.get(1) ?? ''
    const model = dispatcher.model(name)
    await authorize(header(call, 'authorization'), model)
    if (!model) throw new InferenceError(404, `there is no model ${JSON.stringify(name.slice(0, 200))} here`)
    return { model, version: fields.get(2) ?? '' }
  }

  const metadata = async (call: Call): Promise<Reply> => {
    const { model, version: wanted } = await modelOf(call)
    const named = model.versions.filter((each) => wanted === '' || each.version === wanted)
    if (named.length === 0) throw new InferenceError(404, `model "${model.name}" has no version "${wanted}"`)
    const version = named.find((each) => each.metadata !== '')
    if (!version) throw new InferenceError(503, `model "${model.name}" is not loaded yet`, retryAfter(named))
    return { body: modelMetadata(model, version.metadata) }
  }

  const ready = async (call: Call): Promise<Reply> => {
    const { model, version: wanted } = await modelOf(call)
    const version = model.versions.find((each) => each.version === wanted)
    const isReady = wanted ? version?.state === 'Ready' && version.socket !== '' : modelIsReady(model)
    return { body: new ProtoWriter().bool(1, isReady === true).finish() }
  }

  const index = async (call: Call): Promise<Reply> => ({
    body: repositoryIndex(await modelsFor(authorize, header(call, 'authorization'), dispatcher.routes.models)),
  })

  const statistics = async (call: Call): Promise<Reply> => {
    const fields = fieldsOf(call.request)
    const named = fields.get(1) ?? ''
    const models = named === '' ? dispatcher.routes.models : [(await modelOf(call)).model]
    const only = (await modelsFor(authorize, header(call, 'authorization'), models)).map((each) => each.name)
    const answer = await options.ask({ what: 'statistics', model: named, version: fields.get(2) ?? '', body: '', only })
    const text = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body).toString('utf8')
    if (answer.status !== 200) throw errorOf(text, answer.status)
    return { body: modelStatistics(text) }
  }

  const unary =
    (handler: (call: Call) => Reply | Promise<Reply>): Unary =>
    (call, callback) => {
      // Also catches what a handler throws at once.
      Promise.resolve(call)
        .then(handler)
        .then(({ body, trailer }) => callback(null, body, trailer))
        .catch((error: unknown) => callback(grpcError(error)))
    }
  const plain = (body: () => Buffer): Unary => unary(() => ({ body: body() }))

  const server = new Server({
    'grpc.max_receive_message_length': options.maxBodyBytes,
    'grpc.max_send_message_length': -1,
  })
  server.addService(service, {
    ServerLive: plain(() => new ProtoWriter().bool(1, true).finish()),
    ServerReady: plain(() => new ProtoWriter().bool(1, dispatcher.routes.ready && !options.draining()).finish()),
    ModelReady: unary(ready),
    ServerMetadata: plain(serverMetadata),
    ModelMetadata: unary(metadata),
    ModelInfer: unary(inferCall(options)),
    RepositoryIndex: unary(index),
    ModelStatistics: unary(statistics),
  })
  const credentials = await credentialsOf(options.tls)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return { port, close: () => new Promise((resolve) => server.tryShutdown(() => resolve())) }
}
