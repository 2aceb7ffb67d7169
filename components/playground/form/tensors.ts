/** From the fields of the form to the tensors of the protocol, and from typed JSON. */
import { z } from 'zod'
import type { Signature } from '#server/contracts/models.ts'
import { TensorInput } from '#server/contracts/serving/playground.ts'
import { type Field, type FieldValue, shapeOfOne } from './fields.ts'

export type Tensor = z.output<typeof TensorInput>
export type Values = Readonly<Record<string, FieldValue>>

export function tensorsOf(signature: Signature, fields: readonly Field[], values: Values): Tensor[] {
  return signature.inputs.map(({ name, datatype, shape }) => ({
    name,
    datatype,
    shape: shapeOfOne(shape),
    data: fields.filter((field) => field.tensor === name).flatMap((field) => elementsOf(field, values[field.key])),
  }))
}

function elementsOf(field: Field, value: FieldValue | undefined): unknown[] {
  if (field.kind === 'grid') return typeof value === 'object' ? [...value] : []
  if (field.kind === 'numbers') return numbersOf(String(value))
  if (field.kind === 'select') return [field.datatype === 'BYTES' ? String(value) : Number(value)]
  return [value ?? 0]
}

/** What is not a list of numbers yet becomes an empty one, which the model refuses with its own words. */
function numbersOf(text: string): unknown[] {
  const parsed = Numbers.safeParse(parseJson(text))
  return parsed.success ? parsed.data : []
}
const Numbers = z.array(z.unknown())

const Body = z.object({ inputs: z.array(TensorInput).min(1, 'Name at least one input.') })

/** The inputs that somebody typed as JSON, or what is wrong with them. */
export function tensorsFromJson(text: string): { inputs: Tensor[] } | { fault: string } {
  const json = parseJson(text)
  if (json === undefined) return { fault: 'This is not JSON yet. Look for a missing comma, quote or bracket.' }
  const body = Body.safeParse(json)
  if (body.success) return body.data
  const issue = body.error.issues[0]
  return { fault: `${issue?.path.join('.') || 'The text'}: ${issue?.message ?? 'does not have the right form.'}` }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // told to the person as a fault of what they typed
  }
}

/** Readable JSON: one line a tensor, so that an image is not a thousand lines. */
export function jsonOf(inputs: readonly Tensor[]): string {
  return `{\n  "inputs": [\n${inputs.map((input) => `    ${JSON.stringify(input)}`).join(',\n')}\n  ]\n}`
}
