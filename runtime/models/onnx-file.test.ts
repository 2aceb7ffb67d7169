import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import {
  addOne,
  encode,
  floats,
  graph,
  graphAttribute,
  int64s,
  model,
  modelFunction,
  node,
  tensor,
  tensorAttribute,
  value,
} from '../testing/onnx-writer.ts'
import { faultsOf } from './onnx/faults.ts'
import { type OnnxModel, type OnnxReading, readOnnx, readOnnxFile } from './onnx-file.ts'

const modelOf = (reading: OnnxReading): OnnxModel => {
  if (!reading.ok) throw new Error(reading.refusal.message)
  return reading.model
}
const refusalOf = (bytes: Uint8Array) => {
  const reading = readOnnx(bytes)
  return reading.ok ? undefined : reading.refusal
}
const faultCodes = (bytes: Uint8Array): string[] => faultsOf(modelOf(readOnnx(bytes))).map((fault) => fault.code)

describe('reading a model', () => {
  it('tells inputs, outputs, operators, opsets, weights and metadata', () => {
    const read = modelOf(readOnnx(addOne(4, { 'modelyard.task': 'regression', __proto__: 'x' })))
    expect(read).toMatchObject({
      irVersion: 8,
      producer: 'onnx-writer',
      opsets: [{ domain: '', version: 17 }],
      inputs: [{ name: 'x', type: 'tensor(float)', datatype: 'FP32', shape: ['batch', 4] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: ['batch', 4] }],
      operators: [{ domain: '', name: 'Add', count: 1 }],
      nodes: 1,
      parameters: 1,
      weightBytes: 4,
      externalData: [],
    })
    expect(read.metadata['modelyard.task']).toBe('regression')
    expect(faultsOf(read)).toEqual([])
  })

  it('reads what onnxruntime loads', async () => {
    const session = await InferenceSession.create(addOne())
    expect(session.inputNames).toEqual(modelOf(readOnnx(addOne())).inputs.map((input) => input.name))
    await session.release()
  })

  it('leaves out inputs that have a value in the file', () => {
    const bytes = model({
      inputs: [value('x', 'float', [1]), value('w', 'float', [1])],
      initializers: [tensor('w', 'float', [1], floats(1))],
    })
    expect(modelOf(readOnnx(bytes)).inputs.map((input) => input.name)).toEqual(['x'])
  })

  it('tells an unknown rank from a scalar, and an open dimension from a fixed one', () => {
    const bytes = model({
      inputs: [value('any', 'int64'), value('scalar', 'bool', []), value('open', 'string', [null, -1, 3])],
    })
    expect(modelOf(readOnnx(bytes)).inputs).toEqual([
      { name: 'any', type: 'tensor(int64)', datatype: 'INT64' },
      { name: 'scalar', type: 'tensor(bool)', datatype: 'BOOL', shape: [] },
      { name: 'open', type: 'tensor(string)', datatype: 'BYTES', shape: [null, null, 3] },
    ])
  })

  it('counts the nodes of subgraphs', () => {
    const branch = graph({ nodes: [node('Neg', ['x'], ['y']), node('Neg', ['y'], ['z'])] })
    const bytes = model({
      nodes: [node('If', ['c'], ['o'], [graphAttribute('then_branch', branch), graphAttribute('else_branch', branch)])],
    })
    expect(modelOf(readOnnx(bytes)).nodes).toBe(5)
  })

  it('reads from a file no more than it must, with the same result', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnx-file-'))
    const weights = new Uint8Array(4 * 1_000_000)
    const bytes = model({
      nodes: [node('Add', ['x', 'w'], ['y'])],
      inputs: [value('x', 'float', [1_000_000])],
      outputs: [value('y', 'float', [1_000_000])],
      initializers: [tensor('w', 'float', [1_000_000], weights)],
    })
    await writeFile(join(folder, 'model.onnx'), bytes)
    expect(await readOnnxFile(join(folder, 'model.onnx'))).toEqual(readOnnx(bytes))
    await rm(folder, { recursive: true })
  })
})

describe('refusing what is no model', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'empty'],
    ['text', Buffer.from('{"hello": "world"}\n'), 'not-onnx'],
    ['a ZIP', Buffer.from('PK\x03\x04junk', 'latin1'), 'not-onnx'],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'not-onnx'],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.example/spec/v1\noid sha256:00'), 'not-onnx'],
    [
      'another protobuf message',
      encode([
        [1, 'a'],
        [2, 'b'],
      ]),
      'not-onnx',
    ],
    ['zeroes', new Uint8Array(64), 'not-onnx'],
  ])('calls %s by its name', (_, bytes, reason) => {
    const refusal = refusalOf(bytes)
    expect(refusal?.reason).toBe(reason)
    expect(refusal?.remedy).not.toBe('')
  })

  it('says that a cut file is cut, wherever it was cut after its beginning', () => {
    const bytes = addOne()
    for (let length = 20; length < bytes.length - 10; length += 1) {
      const reading = readOnnx(bytes.subarray(0, length))
      if (!reading.ok) expect(reading.refusal.reason).toBe('truncated')
    }
    expect(refusalOf(bytes.subarray(0, 60))?.reason).toBe('truncated')
  })

  it('refuses subgraphs nested a thousand deep', () => {
    let inner = encode(graph({}))
    for (let depth = 0; depth < 1000; depth += 1) {
      inner = encode(graph({ nodes: [node('If', [], [], [graphAttribute('then_branch', inner)])] }))
    }
    expect(
      refusalOf(
        encode([
          [1, 8],
          [7, inner],
        ]),
      )?.reason,
    ).toBe('too-complex')
  })

  it('refuses a dimension beyond any memory and a rank beyond any use', () => {
    expect(refusalOf(model({ inputs: [value('x', 'float', [2n ** 62n])] }))?.reason).toBe('malformed')
    expect(refusalOf(model({ inputs: [value('x', 'float', Array(65).fill(1))] }))?.reason).toBe('too-complex')
  })

  it('refuses names of a megabyte', () => {
    expect(refusalOf(model({ inputs: [value('x'.repeat(2 ** 20 + 1), 'float', [1])] }))?.reason).toBe('too-complex')
  })

  it('never throws and never dawdles, whatever the bytes', () => {
    const good = addOne(4, { 'modelyard.labels': '["a","b"]' })
    const damaged = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((edits) => edits.reduce((bytes, [at, byte]) => bytes.fill(byte, at, at + 1), Buffer.from(good)))
    const shaped = fc
      .array(fc.tuple(fc.nat(30), fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.string(), fc.uint8Array())), {
        maxLength: 20,
      })
      .map((fields) => encode([[1, 8], [7, fields], ...fields]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged, shaped), (bytes) => {
        const reading = readOnnx(bytes)
        if (reading.ok) faultsOf(reading.model)
        else expect(reading.refusal.message).not.toBe('')
      }),
      { numRuns: 3000 },
    )
  })
})

describe('finding what a model may not have', () => {
  const outputs = [value('y', 'float', [1])]

  it.each(['.env', '../secret', '/etc/passwd', ''])('finds weights kept at %j', (location) => {
    const outside = [
      ...tensor('w', 'float', [1], new Uint8Array(0)),
      [
        13,
        [
          [1, 'location'],
          [2, location],
        ],
      ] as const,
      [14, 1] as const,
    ]
    expect(faultCodes(model({ outputs, initializers: [outside] }))).toContain('external-data')
    expect(
      faultCodes(model({ outputs, nodes: [node('Constant', [], ['y'], [tensorAttribute('value', outside)])] })),
    ).toContain('external-data')
    const inFunction = modelFunction(
      'own',
      'f',
      [],
      ['y'],
      [node('Constant', [], ['y'], [tensorAttribute('value', outside)])],
    )
    expect(faultCodes(model({ outputs, functions: [inFunction] }))).toContain('external-data')
  })

  it('finds operators of a domain the runtime does not have, unless the model brings them along', () => {
    const nodes = [node('f', ['x'], ['y'], [], 'own')]
    expect(faultCodes(model({ outputs, nodes }))).toEqual(['custom-operator'])
    expect(
      faultCodes(
        model({ outputs, nodes, functions: [modelFunction('own', 'f', ['x'], ['y'], [node('Neg', ['x'], ['y'])])] }),
      ),
    ).toEqual([])
  })

  it('finds functions that call themselves, also by way of others', () => {
    const call = (name: string) => node(name, ['x'], ['y'], [], 'own')
    const fn = (name: string, calls: string) => modelFunction('own', name, ['x'], ['y'], [call(calls)])
    expect(faultCodes(model({ outputs, nodes: [call('a')], functions: [fn('a', 'a')] }))).toContain(
      'recursive-function',
    )
    expect(
      faultCodes(model({ outputs, nodes: [call('a')], functions: [fn('a', 'b'), fn('b', 'c'), fn('c', 'a')] })),
    ).toContain('recursive-function')
  })

  it('finds functions that unfold into more nodes than anyone can load', () => {
    const functions = Array.from({ length: 30 }, (_, level) =>
      modelFunction(
        'own',
        `f${level}`,
        ['x'],
        ['y'],
        Array.from({ length: 10 }, () =>
          level === 0 ? node('Neg', ['x'], ['y']) : node(`f${level - 1}`, ['x'], ['y'], [], 'own'),
        ),
      ),
    )
    expect(faultCodes(model({ outputs, nodes: [node('f29', ['x'], ['y'], [], 'own')], functions }))).toContain(
      'too-many-nodes',
    )
  })

  it('calls a function that calls itself by its name', () => {
    const own = modelFunction('own', 'again', ['x'], ['y'], [node('again', ['x'], ['y'], [], 'own')])
    expect(modelOf(readOnnx(model({ outputs, functions: [own] }))).recursiveFunctions).toEqual(['own.again'])
  })

  it('walks ten thousand functions that call one another', () => {
    const functions = Array.from({ length: 10_000 }, (_, at) =>
      modelFunction('own', `f${at}`, ['x'], ['y'], [node(`f${at + 1}`, ['x'], ['y'], [], 'own')]),
    )
    expect(modelOf(readOnnx(model({ outputs, functions }))).recursiveFunctions).toEqual([])
  })

  it('finds ten thousand inputs, outputs the protocol cannot carry, and no outputs at all', () => {
    expect(
      faultCodes(model({ outputs, inputs: Array.from({ length: 10_000 }, (_, at) => value(`x${at}`, 'float', [1])) })),
    ).toEqual(['too-many-tensors'])
    expect(
      faultCodes(
        model({
          outputs: [
            [
              [1, 'p'],
              [2, [[4, [[1, [[5, []]]]]]]],
            ],
          ],
        }),
      ),
    ).toEqual(['unsupported-type'])
    expect(faultCodes(model({}))).toEqual(['no-outputs'])
  })

  it('finds weights that are declared but could never fit', () => {
    expect(
      faultCodes(model({ outputs, initializers: [tensor('w', 'float', [2n ** 40n, 2n ** 20n], new Uint8Array(0))] })),
    ).toEqual(['too-many-weights'])
  })

  it('reads dimensions written packed', () => {
    const packed = [
      [1, Uint8Array.of(3, 5)],
      [2, 7],
      [8, 'w'],
      [9, int64s(...Array(15).fill(0))],
    ] as const
    expect(modelOf(readOnnx(model({ outputs, initializers: [packed] }))).parameters).toBe(15)
  })
})
