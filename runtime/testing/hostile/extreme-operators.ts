/** Single operators with numbers nobody had in mind: where native code divides, allocates and counts. */
import { type Field, floats, int64s, integerAttribute, model, node, tensor, value } from '../onnx-writer.ts'
import { contained, type HostileModel } from './hostile-model.ts'

const extremes = [-1n, 0n, 2n ** 31n, 2n ** 32n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)] as const

const integers = (name: string, numbers: readonly (number | bigint)[]): Field[] => [
  [1, name],
  ...numbers.map((number): Field => [8, number]),
  [20, 7],
]
const strings = (name: string, texts: readonly string[]): Field[] => [
  [1, name],
  ...texts.map((text): Field => [9, text]),
  [20, 8],
]
const string = (name: string, text: string): Field[] => [
  [1, name],
  [4, text],
  [20, 3],
]
const real = (bits: readonly number[]): Uint8Array => Uint8Array.from(bits)

const weights = (name: string, shape: readonly number[]): Field[] =>
  tensor(name, 'float', shape, floats(...Array(shape.reduce((a, b) => a * b, 1)).fill(0.5)))
const numbers = (name: string, ...values: (number | bigint)[]): Field[] =>
  tensor(name, 'int64', [values.length], int64s(...values))
const scalar = (name: string, number: number | bigint): Field[] => tensor(name, 'int64', [], int64s(number))

const image = value('x', 'float', [1, 4, 8, 8])
const output = value('y', 'float')
const one = (
  operator: string,
  inputs: readonly string[],
  attributes: readonly (readonly Field[])[] = [],
  initializers: readonly (readonly Field[])[] = [],
  x: readonly Field[] = image,
): Buffer => model({ nodes: [node(operator, inputs, ['y'], attributes)], inputs: [x], outputs: [output], initializers })

/** One attribute or one number at a time, driven to every extreme. */
const families: Record<string, (extreme: bigint) => Buffer> = {
  'depth-to-space': (extreme) => one('DepthToSpace', ['x'], [integerAttribute('blocksize', extreme)]),
  'space-to-depth': (extreme) => one('SpaceToDepth', ['x'], [integerAttribute('blocksize', extreme)]),
  'conv-stride': (extreme) =>
    one('Conv', ['x', 'w'], [integers('strides', [extreme, extreme])], [weights('w', [2, 4, 3, 3])]),
  'conv-dilation': (extreme) =>
    one('Conv', ['x', 'w'], [integers('dilations', [extreme, 1])], [weights('w', [2, 4, 3, 3])]),
  'conv-pads': (extreme) =>
    one('Conv', ['x', 'w'], [integers('pads', [extreme, 0, 0, extreme])], [weights('w', [2, 4, 3, 3])]),
  'conv-group': (extreme) =>
    one('Conv', ['x', 'w'], [integerAttribute('group', extreme)], [weights('w', [2, 4, 3, 3])]),
  'conv-transpose': (extreme) =>
    one('ConvTranspose', ['x', 'w'], [integers('strides', [extreme, 1])], [weights('w', [4, 2, 3, 3])]),
  'max-pool': (extreme) =>
    one('MaxPool', ['x'], [integers('kernel_shape', [extreme, 2]), integers('strides', [1, extreme])]),
  'average-pool': (extreme) =>
    one('AveragePool', ['x'], [integers('kernel_shape', [2, 2]), integers('pads', [extreme, 0, 0, 0])]),
  'lrn-size': (extreme) => one('LRN', ['x'], [integerAttribute('size', extreme)]),
  pad: (extreme) => one('Pad', ['x', 'p'], [], [numbers('p', 0, 0, 0, extreme, 0, 0, 0, extreme)]),
  expand: (extreme) => one('Expand', ['x', 's'], [], [numbers('s', extreme, 4, 8, 8)]),
  tile: (extreme) => one('Tile', ['x', 's'], [], [numbers('s', extreme, extreme, 1, 1)]),
  reshape: (extreme) => one('Reshape', ['x', 's'], [], [numbers('s', extreme, -1)]),
  'constant-of-shape': (extreme) => one('ConstantOfShape', ['s'], [], [numbers('s', extreme, 8)]),
  'gather-index': (extreme) => one('Gather', ['x', 'i'], [integerAttribute('axis', 1)], [numbers('i', extreme)]),
  'gather-axis': (extreme) => one('Gather', ['x', 'i'], [integerAttribute('axis', extreme)], [numbers('i', 0)]),
  slice: (extreme) =>
    one(
      'Slice',
      ['x', 'a', 'b', 'c', 'd'],
      [],
      [numbers('a', extreme), numbers('b', 8), numbers('c', 2), numbers('d', extreme)],
    ),
  'top-k': (extreme) => one('TopK', ['x', 'k'], [], [numbers('k', extreme)]),
  'one-hot': (extreme) =>
    one(
      'OneHot',
      ['i', 'd', 'v'],
      [],
      [numbers('i', extreme), scalar('d', extreme), tensor('v', 'float', [2], floats(0, 1))],
    ),
  transpose: (extreme) => one('Transpose', ['x'], [integers('perm', [extreme, 0, 1, 2])]),
  concat: (extreme) => one('Concat', ['x', 'x'], [integerAttribute('axis', extreme)]),
  softmax: (extreme) => one('Softmax', ['x'], [integerAttribute('axis', extreme)]),
  'cum-sum': (extreme) => one('CumSum', ['x', 'a'], [], [scalar('a', extreme)]),
  'reduce-sum': (extreme) => one('ReduceSum', ['x', 'a'], [], [numbers('a', extreme)]),
  'gather-nd': (extreme) => one('GatherND', ['x', 'i'], [integerAttribute('batch_dims', extreme)], [numbers('i', 0)]),
  cast: (extreme) => one('Cast', ['x'], [integerAttribute('to', extreme)]),
}

/** Enough to eat memory or time, each by a road of its own. */
const roads = (): HostileModel[] => {
  const range = (limit: bigint): Buffer => {
    const ends = [scalar('a', 0), scalar('b', limit), scalar('c', 1)]
    return model({
      nodes: [node('Range', ['a', 'b', 'c'], ['r']), node('Cast', ['r'], ['y'], [integerAttribute('to', 1)])],
      inputs: [image],
      outputs: [output],
      initializers: ends,
    })
  }
  const einsum = (equation: string): Buffer => one('Einsum', ['x', 'x'], [string('equation', equation)])
  const text = value('x', 'string', ['n', 1])
  return [
    contained('range-of-a-million-million', range(10n ** 12n)),
    contained('range-of-sixteen-gigabytes', range(2n ** 32n)),
    contained('range-of-all-numbers', range(2n ** 63n - 1n)),
    contained('einsum-outer-product', einsum('abcd,efgh->abcdefgh')),
    contained('einsum-nonsense', einsum('....,->')),
    contained('einsum-long', einsum(`${'a'.repeat(10_000)},b->ab`)),
    contained(
      'resize-by-a-million',
      one('Resize', ['x', '', 's'], [], [tensor('s', 'float', [4], floats(1, 1, 1e6, 1e6))]),
    ),
    contained('resize-by-nothing', one('Resize', ['x', '', 's'], [], [tensor('s', 'float', [4], floats(1, 1, 0, -1))])),
    contained(
      'resize-by-nan',
      one(
        'Resize',
        ['x', '', 's'],
        [],
        [tensor('s', 'float', [4], floats(1, 1, Number.NaN, Number.POSITIVE_INFINITY))],
      ),
    ),
    contained(
      'divide-integers-by-zero',
      model({
        nodes: [node('Div', ['a', 'b'], ['y'])],
        inputs: [image],
        outputs: [value('y', 'int64')],
        initializers: [numbers('a', 1, 2), numbers('b', 0, 0)],
      }),
    ),
    contained(
      'least-integer-by-minus-one',
      model({
        nodes: [node('Div', ['a', 'b'], ['y'])],
        inputs: [image],
        outputs: [value('y', 'int64')],
        initializers: [numbers('a', -(2n ** 63n)), numbers('b', -1)],
      }),
    ),
    contained(
      'modulo-zero',
      model({
        nodes: [node('Mod', ['a', 'b'], ['y'])],
        inputs: [image],
        outputs: [value('y', 'int64')],
        initializers: [numbers('a', 7), numbers('b', 0)],
      }),
    ),
    contained(
      'locale-that-is-nowhere',
      model({
        nodes: [
          node(
            'StringNormalizer',
            ['x'],
            ['y'],
            [string('case_change_action', 'LOWER'), string('locale', 'xx_XX.nowhere')],
          ),
        ],
        inputs: [value('x', 'string', ['n'])],
        outputs: [value('y', 'string')],
      }),
    ),
    contained(
      'tokenizer-with-a-broken-expression',
      model({
        nodes: [
          node(
            'Tokenizer',
            ['x'],
            ['y'],
            [
              integerAttribute('mark', 0),
              integerAttribute('mincharnum', 1),
              string('pad_value', ''),
              string('tokenexp', '(((('),
            ],
            'com.microsoft',
          ),
        ],
        inputs: [text],
        outputs: [value('y', 'string')],
        opsets: [
          ['', 17],
          ['com.microsoft', 1],
        ],
      }),
    ),
    contained(
      'tfidf-without-a-pool',
      model({
        nodes: [
          node(
            'TfIdfVectorizer',
            ['x'],
            ['y'],
            [
              string('mode', 'TF'),
              integerAttribute('min_gram_length', 5),
              integerAttribute('max_gram_length', 1),
              integerAttribute('max_skip_count', -1),
              integers('ngram_counts', [9, 9]),
              integers('ngram_indexes', [2n ** 40n]),
              strings('pool_strings', ['a']),
            ],
          ),
        ],
        inputs: [text],
        outputs: [output],
      }),
    ),
    contained('tree-that-bites-its-tail', tree([0, 1], [1, 0])),
    contained('tree-with-missing-branches', tree([7, 8], [9, 10])),
  ]
}

/** A tree ensemble of two branches without leaves, whose children are as given. */
const tree = (whenTrue: readonly number[], whenFalse: readonly number[]): Buffer => {
  const threshold: Field[] = [
    [1, 'nodes_values'],
    [7, real([0, 0, 0, 0x3f, 0, 0, 0, 0x3f])],
    [20, 6],
  ]
  const attributes = [
    integers('nodes_treeids', [0, 0]),
    integers('nodes_nodeids', [0, 1]),
    integers('nodes_featureids', [0, 2 ** 31]),
    strings('nodes_modes', ['BRANCH_LEQ', 'BRANCH_LEQ']),
    integers('nodes_truenodeids', whenTrue),
    integers('nodes_falsenodeids', whenFalse),
    threshold,
    integerAttribute('n_targets', 1),
    integers('target_treeids', [0]),
    integers('target_nodeids', [1]),
    integers('target_ids', [0]),
    [
      [1, 'target_weights'],
      [7, real([0, 0, 0x80, 0x3f])],
      [20, 6],
    ] satisfies Field[],
  ]
  return model({
    nodes: [node('TreeEnsembleRegressor', ['x'], ['y'], attributes, 'ai.onnx.ml')],
    inputs: [value('x', 'float', ['n', 4])],
    outputs: [output],
    opsets: [
      ['', 17],
      ['ai.onnx.ml', 3],
    ],
  })
}

export const extremeOperators = (): HostileModel[] => [
  ...Object.entries(families).flatMap(([name, make]) =>
    extremes.map((extreme, at) => contained(`${name}-${at}`, make(extreme))),
  ),
  ...roads(),
]
