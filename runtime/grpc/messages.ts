/** The small messages of the protocol over gRPC, by the field numbers of the published definitions. */
import { z } from 'zod'
import type { ModelRoute } from '../http/route-table.ts'
import { InferenceError } from '../protocol/errors.ts'
import { ProtoReader, ProtoWriter, wire } from '../protocol/protobuf/protobuf.ts'
import { SERVER_NAME, SERVER_VERSION } from '../protocol/server.ts'

/** Text fields by number, of the small requests. */
export const fieldsOf = (bytes: Buffer): Map<number, string> => {
  const reader = new ProtoReader(bytes)
  const found = new Map<number, string>()
  while (reader.next()) {
    if (reader.type === wire.bytes) found.set(reader.field, reader.text())
    else reader.skip()
  }
  return found
}

/** The error that an engine's or the main thread's JSON answer tells of. */
export const errorOf = (body: Buffer | string, code: number): InferenceError => {
  const parsed: unknown = JSON.parse(body.toString())
  const said =
    typeof parsed === 'object' && parsed !== null && 'error' in parsed ? String(parsed.error) : 'no reason given'
  return new InferenceError(code, said)
}

const Tensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })
const Described = z.object({ inputs: z.array(Tensor), outputs: z.array(Tensor) })

const tensorMessage = ({ name, datatype, shape }: z.infer<typeof Tensor>): ProtoWriter =>
  new ProtoWriter().text(1, name).text(2, datatype).packed(3, shape)

export const modelMetadata = (model: ModelRoute, metadata: string): Buffer => {
  const { inputs, outputs } = Described.parse(JSON.parse(metadata))
  const writer = new ProtoWriter().text(1, model.name)
  for (const each of model.versions) writer.text(2, each.version)
  writer.text(3, 'onnxruntime_onnx')
  for (const each of inputs) writer.message(4, tensorMessage(each))
  for (const each of outputs) writer.message(5, tensorMessage(each))
  return writer.finish()
}

export const repositoryIndex = (models: readonly ModelRoute[]): Buffer => {
  const writer = new ProtoWriter()
  for (const model of models) {
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

export const serverMetadata = (): Buffer =>
  new ProtoWriter()
    .text(1, SERVER_NAME)
    .text(2, SERVER_VERSION)
    .text(3, 'classification')
    .text(3, 'model_repository')
    .text(3, 'statistics')
    .finish()

const Duration = z.object({ count: z.number(), ns: z.number() })
const Statistics = z.object({
  model_stats: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      inference_count: z.number(),
      execution_count: z.number(),
      inference_stats: z.object({ success: Duration, fail: Duration, queue: Duration, compute_infer: Duration }),
    }),
  ),
})

/** As Triton's definition has it: the open protocol itself has no statistics over gRPC. */
export const modelStatistics = (text: string): Buffer => {
  const duration = ({ count, ns }: z.infer<typeof Duration>) => new ProtoWriter().int(1, count).int(2, ns)
  const writer = new ProtoWriter()
  for (const each of Statistics.parse(JSON.parse(text)).model_stats) {
    const { success, fail, queue, compute_infer: infer } = each.inference_stats
    const times = new ProtoWriter()
      .message(1, duration(success))
      .message(2, duration(fail))
      .message(3, duration(queue))
      .message(5, duration(infer))
    writer.message(
      1,
      new ProtoWriter()
        .text(1, each.name)
        .text(2, each.version)
        .int(4, each.inference_count)
        .int(5, each.execution_count)
        .message(6, times),
    )
  }
  return writer.finish()
}
