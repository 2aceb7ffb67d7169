import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeModel } from '#server/contracts/inference/model-description.ts'
import { Monitoring } from '#server/contracts/inference/monitoring.ts'
import { InferRequest, type InferTensor } from '#server/contracts/inference/protocol.ts'
import { faultsOf } from '../models/onnx/faults.ts'
import { readOnnxFile } from '../models/onnx-file.ts'

const root = import.meta.dirname
const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
const samples = folders(root)
  .filter((name) => name !== 'training')
  .flatMap((name) => folders(join(root, name)).map((version) => [name, version, join(root, name, version)] as const))

const Examples = z.array(
  z.object({
    request: InferRequest,
    expected: z.object({ label: z.union([z.string(), z.number()]).optional(), value: z.number().optional() }),
  }),
)
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

const numbers = z.array(z.number())
const tensorOf = ({ datatype, shape, data }: InferTensor): Tensor => {
  if (datatype === 'BYTES') return new Tensor('string', z.array(z.string()).parse(data), shape)
  if (datatype === 'BOOL') return new Tensor('bool', Uint8Array.from(z.array(z.boolean()).parse(data), Number), shape)
  if (datatype === 'INT64') return new Tensor('int64', BigInt64Array.from(numbers.parse(data), BigInt), shape)
  return new Tensor('float32', Float32Array.from(numbers.parse(data)), shape)
}

const ask = async (session: InferenceSession, inputs: readonly InferTensor[]): Promise<Record<string, Tensor>> => {
  const answer = await session.run(Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input)])))
  return Object.fromEntries(
    Object.entries(answer).filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor),
  )
}

describe.each(samples)('%s %s', (_name, _version, folder) => {
  const file = join(folder, 'model.onnx')

  it('answers its examples as expected', async () => {
    const session = await InferenceSession.create(file)
    for (const { request, expected } of Examples.parse(json(join(folder, 'examples.json')))) {
      const { label, value, probabilities } = await ask(session, request.inputs)
      if (expected.label !== undefined) expect(String(label?.data[0])).toBe(String(expected.label))
      if (expected.value !== undefined) expect(Number(value?.data[0])).toBeCloseTo(expected.value, 2)
      if (probabilities)
        expect([...probabilities.data].reduce<number>((sum, share) => sum + Number(share), 0)).toBeCloseTo(1, 4)
    }
    await session.release()
  })

  it('describes each of its inputs, and has nothing the runtime refuses', async () => {
    const reading = await readOnnxFile(file)
    if (!reading.ok) throw new Error(reading.refusal.message)
    const { model } = reading
    const description = describeModel(model.metadata)
    expect(faultsOf(model)).toEqual([])
    expect(Object.keys(description.inputs ?? {}).sort()).toEqual(model.inputs.map((input) => input.name).sort())
    expect(description.task).toBeDefined()
    expect(description.description).not.toBe('')
    expect(statSync(file).size).toBeLessThan(500_000)
  })

  it('says how the features it was trained on were distributed', async () => {
    const settings = z.object({ monitoring: Monitoring }).parse(json(join(folder, 'model.json')))
    const features = Object.entries(settings.monitoring.referenceProfile ?? {})
    expect(features.length).toBeGreaterThan(0)
    for (const [, feature] of features) {
      const shares = 'edges' in feature ? feature.shares : Object.values(feature.categories)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3)
    }
  })
})

describe('sentiment', () => {
  it.each([
    ['', 'unsure'],
    ['12345 !!!', 'unsure'],
    ['日本語のレビュー', 'unsure'],
    ['Très bon, I loved it', 'positive'],
    ['I LOVED IT', 'positive'],
    [`The food was awful. ${'x '.repeat(20_000)}`, 'negative'],
  ])('takes %j', async (text, expected) => {
    const session = await InferenceSession.create(join(root, 'sentiment/1/model.onnx'))
    const { label, probabilities } = await ask(session, [
      { name: 'text', datatype: 'BYTES', shape: [1, 1], data: [text] },
    ])
    const sure = Math.max(...[...(probabilities?.data ?? [])].map(Number)) > 0.55
    expect(sure ? label?.data[0] : 'unsure').toBe(expected)
    await session.release()
  })

  it('answers a batch as it answers each text alone', async () => {
    const session = await InferenceSession.create(join(root, 'sentiment/1/model.onnx'))
    const texts = ['I love it', '', 'The worst film, boring and much too long to sit through', 'not good']
    const together = await ask(session, [{ name: 'text', datatype: 'BYTES', shape: [texts.length, 1], data: texts }])
    const alone = await Promise.all(
      texts.map((text) => ask(session, [{ name: 'text', datatype: 'BYTES', shape: [1, 1], data: [text] }])),
    )
    expect([...(together.label?.data ?? [])]).toEqual(alone.map((answer) => answer.label?.data[0]))
    await session.release()
  })
})
