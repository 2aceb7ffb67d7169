/**
 * Turns a model's signature into the fields of a form that somebody who knows the subject can fill in. A tensor is one
 * field, or one per column where it is a row of numbers; what no form can hold is left to JSON.
 */
import type { InputHint, Signature } from '#server/contracts/models.ts'

export type Kind = 'slider' | 'number' | 'select' | 'switch' | 'text' | 'grid' | 'numbers'

type Hint = Omit<InputHint, 'columns'>

export type Field = {
  key: string
  tensor: string
  datatype: string
  kind: Kind
  title: string
  hint: Hint
  /** For a grid: how many cells a side has. */
  side: number
  /** How many elements it fills in its tensor. */
  size: number
}

export type FieldValue = string | number | boolean | readonly number[]

const columnsAtMost = 40
const sideAtMost = 28

/** A dimension that may vary is one: a form describes one row. */
export const shapeOfOne = (shape: readonly number[]) => shape.map((size) => (size < 0 ? 1 : size))
const elements = (shape: readonly number[]) => shapeOfOne(shape).reduce((product, size) => product * size, 1)

export function fieldsOf(signature: Signature): Field[] {
  return signature.inputs.flatMap((tensor) => {
    const hint: InputHint = (Object.hasOwn(signature.hints, tensor.name) && signature.hints[tensor.name]) || {}
    const size = elements(tensor.shape)
    const base = { tensor: tensor.name, datatype: tensor.datatype, side: 0 }
    const whole = { ...base, key: tensor.name, title: hint.title ?? tensor.name, hint, size }
    if (size === 1) return [{ ...whole, kind: kindOfOne(tensor.datatype, hint) }]
    if (tensor.datatype === 'BYTES' || tensor.datatype === 'BOOL') return [{ ...whole, kind: 'numbers' as const }]
    const side = Math.sqrt(size)
    const isImage =
      signature.task === 'image-classification' || tensor.shape.filter((each) => each === side).length === 2
    if (isImage && Number.isInteger(side) && side >= 4 && side <= sideAtMost)
      return [{ ...whole, kind: 'grid' as const, side }]
    if (size > columnsAtMost) return [{ ...whole, kind: 'numbers' as const }]
    return Array.from({ length: size }, (_, column) => {
      const own = hint.columns?.[column] ?? {}
      return {
        ...base,
        key: `${tensor.name}.${column}`,
        title: own.title ?? `${tensor.name} ${column + 1}`,
        hint: own,
        size: 1,
        kind: kindOfOne(tensor.datatype, own),
      }
    })
  })
}

function kindOfOne(datatype: string, hint: Hint): Kind {
  if (hint.values && hint.values.length > 0) return 'select'
  if (datatype === 'BYTES') return 'text'
  if (datatype === 'BOOL') return 'switch'
  return hint.min !== undefined && hint.max !== undefined && hint.max > hint.min ? 'slider' : 'number'
}

export function initialValue({ kind, hint, size }: Field): FieldValue {
  const { default: given, values, min } = hint
  if (kind === 'grid')
    return Array.isArray(given) && given.length === size ? given : Array.from({ length: size }, () => min ?? 0)
  if (kind === 'numbers') return JSON.stringify(Array.isArray(given) ? given : Array.from({ length: size }, () => 0))
  if (kind === 'switch') return given === true
  if (kind === 'select') return given !== undefined && !Array.isArray(given) ? String(given) : String(values?.[0] ?? '')
  if (kind === 'text') return typeof given === 'string' ? given : ''
  return typeof given === 'number' ? given : (min ?? 0)
}

/** What stands beside a name: the type, the unit, the range, the number of values. */
export function fieldFacts({ datatype, hint, kind, side }: Field): string {
  if (kind === 'grid') return `${side} by ${side} cells`
  const type = typeWords[datatype] ?? datatype
  const range = hint.min !== undefined && hint.max !== undefined ? `${hint.min} to ${hint.max}` : ''
  const values = hint.values ? `${hint.values.length} values` : ''
  return [type, hint.unit, range, values].filter(Boolean).join(' · ')
}

const typeWords: Record<string, string> = {
  BYTES: 'text',
  BOOL: 'yes or no',
  FP16: 'number',
  FP32: 'number',
  FP64: 'number',
  INT8: 'whole number',
  INT16: 'whole number',
  INT32: 'whole number',
  INT64: 'whole number',
  UINT8: 'whole number',
}

export const isWhole = (datatype: string) => /^U?INT/.test(datatype)
