/** Counts elements into the bins of the reference profile; the index itself is computed where the window is kept. */
import type { ReferenceFeature, ReferenceProfile } from '#server/contracts/inference/monitoring.ts'
import { numberAt } from '../../protocol/binary-tensor.ts'
import type { Tensor } from '../../protocol/datatypes.ts'

/** A share needs no more elements than this between two flushes, and counting must stay cheap next to running. */
const ELEMENTS_PER_FLUSH = 2000

interface Feature {
  name: string
  input: string
  /** Undefined when every element of the input is this feature. */
  column: number | undefined
  bins: number
  binOf: (tensor: Tensor, index: number) => number
}

const textOf = (tensor: Tensor, index: number): string => {
  const element = tensor.data[index]
  if (tensor.datatype === 'BOOL') return element ? 'true' : 'false'
  return element instanceof Uint8Array ? Buffer.from(element).toString('utf8') : String(element)
}

const numericBin = (edges: readonly number[], value: number): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value < (edges[middle] ?? Number.POSITIVE_INFINITY)) high = middle
    else low = middle + 1
  }
  return low
}

const binning = (feature: ReferenceFeature): Pick<Feature, 'bins' | 'binOf'> => {
  if ('edges' in feature) {
    const measure = (tensor: Tensor, index: number): number =>
      tensor.datatype === 'BYTES' ? [...textOf(tensor, index)].length : numberAt(tensor, index)
    return { bins: feature.shares.length, binOf: (tensor, index) => numericBin(feature.edges, measure(tensor, index)) }
  }
  const values = Object.keys(feature.categories)
  const known = (tensor: Tensor, index: number): number => values.indexOf(textOf(tensor, index))
  return {
    bins: values.length + 1,
    binOf: (tensor, index) => (known(tensor, index) < 0 ? values.length : known(tensor, index)),
  }
}

const featureOf = (name: string, reference: ReferenceFeature): Feature => {
  const column = /^(.*)\[(\d+)\]$/.exec(name)
  const source = column ? { input: column[1] ?? name, column: Number(column[2]) } : { input: name, column: undefined }
  return { name, ...source, ...binning(reference) }
}

export interface DriftCounter {
  count: (inputs: readonly Tensor[]) => void
  /** The counts since last time by feature; undefined when nothing came. */
  flush: () => Record<string, number[]> | undefined
}

export const driftCounter = (profile: ReferenceProfile): DriftCounter => {
  const features = Object.entries(profile).map(([name, reference]) => featureOf(name, reference))
  const fresh = () => features.map((feature) => new Array<number>(feature.bins).fill(0))
  let counts = fresh()
  let left = ELEMENTS_PER_FLUSH

  const countFeature = (feature: Feature, bins: number[], tensor: Tensor): void => {
    const rows = tensor.shape[0] ?? 1
    const width = rows === 0 ? 0 : tensor.data.length / rows
    const step = feature.column === undefined ? 1 : width
    if (feature.column !== undefined && feature.column >= width) return
    for (let index = feature.column ?? 0; index < tensor.data.length && left > 0; index += step, left--) {
      const bin = feature.binOf(tensor, index)
      bins[bin] = (bins[bin] ?? 0) + 1
    }
  }

  return {
    count: (inputs) => {
      if (left <= 0) return
      features.forEach((feature, index) => {
        const tensor = inputs.find((each) => each.name === feature.input)
        const bins = counts[index]
        if (tensor && bins) countFeature(feature, bins, tensor)
      })
    },
    flush: () => {
      const counted = left < ELEMENTS_PER_FLUSH
      left = ELEMENTS_PER_FLUSH
      if (!counted) return undefined
      const taken = counts
      counts = fresh()
      return Object.fromEntries(features.map((feature, index) => [feature.name, taken[index] ?? []]))
    },
  }
}
