/** Models that tests ask for by what they do. */
import {
  elementCodes,
  floats,
  graph,
  graphAttribute,
  integerAttribute,
  model,
  node,
  type Size,
  tensor,
  value,
} from './onnx-writer.ts'

type Element = keyof typeof elementCodes

export const elements = Object.keys(elementCodes).filter((name): name is Element => name in elementCodes)

/** Gives back what it gets. */
export const identity = (
  element: Element,
  shape: readonly Size[] = ['rows', 2],
  input = 'in',
  metadata: Record<string, string> = {},
): Buffer =>
  model({
    nodes: [node('Identity', [input], ['out'])],
    inputs: [value(input, element, shape)],
    outputs: [value('out', element, shape)],
    metadata,
  })

const pseudoRandom = (seed: number) => {
  let state = seed
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

const raw = (length: number, next: (index: number) => number): Uint8Array =>
  new Uint8Array(Float32Array.from({ length }, (_, index) => next(index)).buffer)

/** A multilayer perceptron with invented weights: `sizes` from input to output. */
export const perceptron = (sizes: readonly number[], seed = 1): Buffer => {
  const random = pseudoRandom(seed)
  const layers = sizes
    .slice(1)
    .map((width, index) => ({ from: sizes[index] ?? 1, to: width, last: index === sizes.length - 2 }))
  return model({
    nodes: layers.flatMap((layer, index) => {
      const input = index === 0 ? 'x' : `a${index - 1}`
      const sum = node('Gemm', [input, `w${index}`, `b${index}`], [layer.last ? 'y' : `s${index}`])
      return layer.last ? [sum] : [sum, node('Relu', [`s${index}`], [`a${index}`])]
    }),
    inputs: [value('x', 'float', ['rows', sizes[0] ?? 1])],
    outputs: [value('y', 'float', ['rows', sizes.at(-1) ?? 1])],
    initializers: layers.flatMap((layer, index) => [
      tensor(
        `w${index}`,
        'float',
        [layer.from, layer.to],
        raw(layer.from * layer.to, () => random() / Math.sqrt(layer.from)),
      ),
      tensor(`b${index}`, 'float', [layer.to], raw(layer.to, random)),
    ]),
  })
}

/** Two columns of scores from two columns of numbers, with labels. */
export const classifier = (metadata: Record<string, string> = {}): Buffer =>
  model({
    nodes: [node('Softmax', ['x'], ['probabilities'], [integerAttribute('axis', 1)])],
    inputs: [value('x', 'float', ['rows', 2])],
    outputs: [value('probabilities', 'float', ['rows', 2])],
    metadata: { 'modelyard.task': 'tabular-classification', 'modelyard.labels': '["no","yes"]', ...metadata },
  })

/** Takes a cosine as often as the caller says, a run as long as one likes; or as often as it was made to. */
export const loop = (times?: bigint): Buffer => {
  const own = times !== undefined && [tensor('times', 'int64', [], new Uint8Array(BigInt64Array.of(times).buffer))]
  const x = value('x', 'float', [1])
  return model({
    nodes: [
      node(
        'Loop',
        ['times', '', 'x'],
        ['y'],
        [
          graphAttribute(
            'body',
            graph({
              nodes: [node('Identity', ['go'], ['goOn']), node('Cos', ['before'], ['after'])],
              inputs: [value('round', 'int64', []), value('go', 'bool', []), value('before', 'float', [1])],
              outputs: [value('goOn', 'bool', []), value('after', 'float', [1])],
            }),
          ),
        ],
      ),
    ],
    inputs: own ? [x] : [value('times', 'int64', []), x],
    outputs: [value('y', 'float', [1])],
    ...(own && { initializers: own }),
  })
}

/** Looks rows up in a table of four; an index that is not there makes the model fail, not the server. */
export const lookup = (): Buffer =>
  model({
    nodes: [node('Gather', ['table', 'index'], ['row'])],
    inputs: [value('index', 'int64', ['rows'])],
    outputs: [value('row', 'float', ['rows', 2])],
    initializers: [tensor('table', 'float', [4, 2], floats(0, 1, 2, 3, 4, 5, 6, 7))],
  })

/** A block size of 2^32 overflows when squared, and the process that loads the model dies of a division by zero. */
export const depthToSpace = (blockSize: number | bigint): Buffer =>
  model({
    nodes: [node('DepthToSpace', ['x'], ['y'], [integerAttribute('blocksize', blockSize)])],
    inputs: [value('x', 'float', [1, 4, 1, 1])],
    outputs: [value('y', 'float')],
  })

/**
 * Divides whole numbers as the caller sends them. The smallest one by minus one has no answer in 32 bits, and the
 * processor ends the process for it: not when the model is loaded, but when somebody asks.
 */
export const integerDivision = (): Buffer =>
  model({
    nodes: [node('Div', ['a', 'b'], ['quotient'])],
    inputs: [value('a', 'int32', ['rows']), value('b', 'int32', ['rows'])],
    outputs: [value('quotient', 'int32', ['rows'])],
  })

/** Makes a table of the size the caller names, all in memory at once. */
export const memoryHog = (): Buffer =>
  model({
    nodes: [node('Expand', ['one', 'size'], ['big']), node('ReduceSum', ['big'], ['sum'])],
    inputs: [value('size', 'int64', [2])],
    outputs: [value('sum', 'float')],
    initializers: [tensor('one', 'float', [1, 1], floats(1))],
  })
