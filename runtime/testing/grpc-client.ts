/** A gRPC client that sends and gets bytes, and a request that it can send. */
import { type CallOptions, type ChannelCredentials, Client, Metadata, type ServiceError } from '@grpc/grpc-js'
import { ProtoWriter } from '../protocol/protobuf/protobuf.ts'

export const inferMessage = (model: string, input: string, shape: readonly number[], data: Buffer, datatype = 'FP32') =>
  new ProtoWriter()
    .text(1, model)
    .message(5, new ProtoWriter().text(1, input).text(2, datatype).packed(3, shape))
    .bytes(7, data)

export const floatsOf = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer)

export interface GrpcAnswer {
  error: ServiceError | undefined
  body: Buffer
  trailer: Metadata
}

export const grpcClient = (address: string, credentials: ChannelCredentials) => {
  const client = new Client(address, credentials)
  const bytes = (value: Buffer): Buffer => value

  const begin = (
    method: string,
    message: ProtoWriter,
    headers: Record<string, string> = {},
    options: CallOptions = {},
  ): { answer: Promise<GrpcAnswer>; cancel: () => void } => {
    const metadata = new Metadata()
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
    const answered = Promise.withResolvers<GrpcAnswer>()
    let trailer = new Metadata()
    let settled: Pick<GrpcAnswer, 'error' | 'body'> | undefined
    const call = client.makeUnaryRequest(
      `/inference.GRPCInferenceService/${method}`,
      bytes,
      bytes,
      message.finish(),
      metadata,
      options,
      (error, body) => {
        settled = { error: error ?? undefined, body: body ?? Buffer.alloc(0) }
      },
    )
    call.on('status', (status) => {
      trailer = status.metadata
      // The callback is called in the same turn, after this.
      setImmediate(() => answered.resolve({ error: undefined, body: Buffer.alloc(0), ...settled, trailer }))
    })
    return { answer: answered.promise, cancel: () => call.cancel() }
  }

  return {
    begin,
    ask: (...call: Parameters<typeof begin>): Promise<GrpcAnswer> => begin(...call).answer,
    close: () => client.close(),
  }
}
