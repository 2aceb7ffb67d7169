/**
 * The same work without a server, in a process of its own: how long it takes to parse a body and to run one row.
 * Told a file and a workload's name, prints one JSON line.
 */
import { type LoadedModel, loadModel } from '../../engine/session/load-model.ts'
import type { Tensor } from '../../protocol/datatypes.ts'
import { parseInferRequest } from '../../protocol/infer-request.ts'
import { bodyOf, kinds, workloads } from '../workloads.ts'
import { Bare } from './bare.ts'
import { median } from './statistics.ts'

const MILLISECONDS = 700
const LEAST = 20

/** Median microseconds of a call. */
const timed = async (act: () => unknown): Promise<number> => {
  const micros: number[] = []
  for (let end = performance.now() + MILLISECONDS; performance.now() < end || micros.length < LEAST; ) {
    const from = performance.now()
    await act()
    micros.push((performance.now() - from) * 1000)
  }
  return median(micros.slice(micros.length >> 2))
}

/** The quickest way known here: the runtime's own parser, or the language's. */
const parseMicros = async (body: Buffer, headLength: number | undefined, loaded: LoadedModel): Promise<number> => {
  const own = await timed(() => parseInferRequest(body, headLength, loaded.signature))
  if (headLength !== undefined) return own
  const language = await timed(() => {
    const { inputs } = JSON.parse(body.toString('utf8'))
    const { datatype, data } = inputs[0]
    return datatype === 'FP32' ? Float32Array.from(data) : data
  })
  return Math.min(own, language)
}

const [file = '', name = ''] = process.argv.slice(2)
const workload = workloads.find((each) => each.name === name)
if (!workload) throw new Error(`there is no workload "${name}"`)
const loaded = await loadModel(file)
const [json, binary] = kinds.map((kind) => bodyOf(workload, kind))
if (!json || !binary) throw new Error('there are two kinds of bodies')
const headLength = Number(binary.headers['Inference-Header-Content-Length'])
const tensors: Tensor[] = parseInferRequest(binary.body, headLength, loaded.signature).inputs
const found: Bare = {
  runMicros: await timed(() => loaded.session.run(tensors)),
  parseMicros: {
    JSON: await parseMicros(json.body, undefined, loaded),
    binary: await parseMicros(binary.body, headLength, loaded),
  },
}
process.stdout.write(`${JSON.stringify(Bare.parse(found))}\n`)
process.exit(0)
