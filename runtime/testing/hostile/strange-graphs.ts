/** Well-formed files whose graphs reach outside, never end, or are larger than life. */
import {
  addOne,
  encode,
  type Field,
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
} from '../onnx-writer.ts'
import { contained, type HostileModel, refused } from './hostile-model.ts'

const input = value('x', 'float', ['n', 4])
const output = value('y', 'float')
const around = (nodes: readonly (readonly Field[])[], initializers: readonly (readonly Field[])[] = []): Buffer =>
  model({ nodes, inputs: [input], outputs: [output], initializers })

const outside = (location: string, extra: readonly Field[] = []): Field[] => [
  ...tensor('w', 'float', [4], new Uint8Array(0)),
  [
    13,
    [
      [1, 'location'],
      [2, location],
    ],
  ],
  ...extra,
  [14, 1],
]

const places = [
  '.env',
  '../.env',
  '../../etc/passwd',
  '/etc/passwd',
  '/dev/zero',
  '/dev/stdin',
  '/proc/self/environ',
  'model.onnx',
  '.',
  '',
  '\0',
  'C:\\boot.ini',
  `${'a/'.repeat(2000)}x`,
]

const reachingOutside = (): HostileModel[] => [
  ...places.map((place, at) => refused(`external-${at}`, around([node('Add', ['x', 'w'], ['y'])], [outside(place)]))),
  refused(
    'external-offset',
    around(
      [node('Add', ['x', 'w'], ['y'])],
      [
        outside('w.bin', [
          [
            13,
            [
              [1, 'offset'],
              [2, '-1'],
            ],
          ],
        ]),
      ],
    ),
  ),
  refused(
    'external-length',
    around(
      [node('Add', ['x', 'w'], ['y'])],
      [
        outside('w.bin', [
          [
            13,
            [
              [1, 'length'],
              [2, '9223372036854775807'],
            ],
          ],
        ]),
      ],
    ),
  ),
  refused(
    'external-in-constant',
    around([node('Constant', [], ['w'], [tensorAttribute('value', outside('.env'))]), node('Add', ['x', 'w'], ['y'])]),
  ),
]

const call = (name: string): Field[] => node(name, ['x'], ['y'], [], 'own')
const ownFunction = (name: string, nodes: readonly (readonly Field[])[]): Field[] =>
  modelFunction('own', name, ['x'], ['y'], nodes)
const withFunctions = (first: string, functions: readonly (readonly Field[])[]): Buffer =>
  model({
    nodes: [call(first)],
    inputs: [input],
    outputs: [output],
    functions,
    opsets: [
      ['', 17],
      ['own', 1],
    ],
  })

const callingThemselves = (): HostileModel[] => [
  refused('function-calls-itself', withFunctions('a', [ownFunction('a', [call('a')])])),
  refused(
    'functions-call-each-other',
    withFunctions('a', [ownFunction('a', [call('b')]), ownFunction('b', [call('a')])]),
  ),
  refused(
    'functions-unfold-without-end',
    withFunctions('f20', [
      ownFunction('f0', [node('Neg', ['x'], ['y'])]),
      ...Array.from({ length: 20 }, (_, at) =>
        ownFunction(
          `f${at + 1}`,
          Array.from({ length: 10 }, () => call(`f${at}`)),
        ),
      ),
    ]),
  ),
  refused('function-that-is-missing', withFunctions('nowhere', [])),
]

/** A loop of so many rounds over a body that keeps its condition true. */
const loop = (rounds: bigint): Buffer => {
  const body = graph({
    nodes: [node('Identity', ['go'], ['go_on']), node('Add', ['v', 'one'], ['next'])],
    inputs: [value('i', 'int64', []), value('go', 'bool', []), value('v', 'float')],
    outputs: [value('go_on', 'bool', []), value('next', 'float')],
    initializers: [tensor('one', 'float', [1], floats(1))],
  })
  return around(
    [node('Loop', ['rounds', 'yes', 'x'], ['y'], [graphAttribute('body', body)])],
    [tensor('rounds', 'int64', [], int64s(rounds)), tensor('yes', 'bool', [], Uint8Array.of(1))],
  )
}

const nested = (depth: number): Buffer => {
  let inner = encode(graph({ nodes: [node('Identity', ['x'], ['y'])], outputs: [output] }))
  for (let at = 0; at < depth; at += 1) {
    const branches = [
      graphAttribute('then_branch', inner),
      graphAttribute('else_branch', inner.length < 1e6 ? inner : encode(graph({}))),
    ]
    inner = encode(
      graph({ nodes: [node('If', ['yes'], ['y'], branches.slice(0, at < 10 ? 2 : 1))], outputs: [output] }),
    )
  }
  return encode([
    [1, 8],
    [7, inner],
    [
      8,
      [
        [1, ''],
        [2, 17],
      ],
    ],
  ])
}

const outOfProportion = (): HostileModel[] => [
  ...[10n ** 9n, 10n ** 12n, 2n ** 63n - 1n].map((rounds, at) => contained(`loop-${at}`, loop(rounds))),
  ...[5, 9, 40, 200].map((depth) => contained(`nested-${depth}`, nested(depth))),
  refused(
    'ten-thousand-inputs',
    model({
      nodes: [node('Neg', ['x0'], ['y'])],
      inputs: Array.from({ length: 10_000 }, (_, at) => value(`x${at}`, 'float', [1])),
      outputs: [output],
    }),
  ),
  refused(
    'ten-thousand-outputs',
    model({
      nodes: Array.from({ length: 10_000 }, (_, at) => node('Neg', ['x'], [`y${at}`])),
      inputs: [input],
      outputs: Array.from({ length: 10_000 }, (_, at) => value(`y${at}`, 'float')),
    }),
  ),
  contained(
    'fifty-thousand-nodes',
    around(
      Array.from({ length: 50_000 }, (_, at) =>
        node('Neg', [at === 0 ? 'x' : `v${at}`], [at === 49_999 ? 'y' : `v${at + 1}`]),
      ),
    ),
  ),
  contained('megabyte-of-metadata', addOne(4, { 'modelyard.description': 'x'.repeat(1_000_000) })),
  contained(
    'metadata-that-lies',
    addOne(4, { 'modelyard.labels': '{"a":', 'modelyard.inputs': '[[[[', 'modelyard.task': '\u202e<script>' }),
  ),
  contained(
    'metadata-of-ten-thousand-keys',
    addOne(4, Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 'v']))),
  ),
  contained('metadata-prototype', addOne(4, JSON.parse('{"__proto__":"x","constructor":"y"}'))),
]

const brokenGraphs = (): HostileModel[] => [
  refused('cycle', around([node('Add', ['x', 'b'], ['a']), node('Add', ['a', 'x'], ['b']), node('Neg', ['b'], ['y'])])),
  refused('input-from-nowhere', around([node('Neg', ['nowhere'], ['y'])])),
  refused('two-nodes-one-output', around([node('Neg', ['x'], ['y']), node('Abs', ['x'], ['y'])])),
  refused('output-nobody-makes', around([node('Neg', ['x'], ['z'])])),
  refused('no-outputs', model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [input] })),
  refused('no-nodes', around([])),
  refused('unknown-operator', around([node('Frobnicate', ['x'], ['y'])])),
  refused('nameless-operator', around([node('', ['x'], ['y'])])),
  refused('custom-operator', around([node('Evil', ['x'], ['y'], [], 'com.evil')])),
  refused(
    'opset-of-the-far-future',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [input], outputs: [output], opsets: [['', 9999]] }),
  ),
  contained(
    'opset-zero',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [input], outputs: [output], opsets: [['', 0]] }),
  ),
  contained(
    'opset-below-zero',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [input], outputs: [output], opsets: [['', 2 ** 32]] }),
  ),
  contained('no-opset', model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [input], outputs: [output], opsets: [] })),
  refused('too-few-weights', around([node('Add', ['x', 'w'], ['y'])], [tensor('w', 'float', [1000], floats(1))])),
  refused('too-many-weights', around([node('Add', ['x', 'w'], ['y'])], [tensor('w', 'float', [1], floats(1, 2, 3))])),
  refused(
    'weights-of-petabytes',
    around([node('Add', ['x', 'w'], ['y'])], [tensor('w', 'float', [2n ** 40n, 1024], floats(1))]),
  ),
  refused(
    'dimensions-that-overflow',
    around([node('Add', ['x', 'w'], ['y'])], [tensor('w', 'float', [2n ** 62n, 4n], new Uint8Array(0))]),
  ),
  refused('dimension-below-zero', around([node('Add', ['x', 'w'], ['y'])], [tensor('w', 'float', [-1n], floats(1))])),
  refused(
    'input-of-exabytes',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [value('x', 'float', [2n ** 62n])], outputs: [output] }),
  ),
  contained(
    'input-of-gigabytes',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [value('x', 'float', [2 ** 30])], outputs: [output] }),
  ),
  contained(
    'input-of-no-elements',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [value('x', 'float', [0, 4])], outputs: [output] }),
  ),
  refused(
    'input-of-rank-65',
    model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [value('x', 'float', Array(65).fill(1))], outputs: [output] }),
  ),
  contained(
    'names-of-all-kinds',
    model({
      nodes: [node('Neg', ['__proto__'], ['\u202e\0'])],
      inputs: [value('__proto__', 'float', [1])],
      outputs: [value('\u202e\0', 'float')],
    }),
  ),
  contained(
    'name-of-half-a-megabyte',
    model({
      nodes: [node('Neg', ['n'.repeat(500_000)], ['y'])],
      inputs: [value('n'.repeat(500_000), 'float', [1])],
      outputs: [output],
    }),
  ),
  refused(
    'complex-numbers',
    model({
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: [
        [
          [1, 'x'],
          [2, [[1, [[1, 14]]]]],
        ],
      ],
      outputs: [
        [
          [1, 'y'],
          [2, [[1, [[1, 14]]]]],
        ],
      ],
    }),
  ),
  refused(
    'unknown-element-type',
    model({
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: [
        [
          [1, 'x'],
          [2, [[1, [[1, 99]]]]],
        ],
      ],
      outputs: [
        [
          [1, 'y'],
          [2, [[1, [[1, 99]]]]],
        ],
      ],
    }),
  ),
]

export const strangeGraphs = (): HostileModel[] => [
  ...reachingOutside(),
  ...callingThemselves(),
  ...outOfProportion(),
  ...brokenGraphs(),
]
