import type { z } from 'zod'
import type { FieldError } from '#server/contracts/problem.ts'

/** The first fault of each field, under the path that the form knows the field by. */
export function errorsByField(issues: readonly z.core.$ZodIssue[]): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const issue of issues) {
    const field = issue.path.map(String).join('.')
    errors[field] ??= issue.code === 'invalid_type' && issue.input === undefined ? 'Fill this in.' : issue.message
  }
  return errors
}

/** Splits what the server refused into faults the form has a field for, and the rest, told above it. */
export function placeServerErrors(fields: readonly FieldError[], knows: (field: string) => boolean) {
  const placed: Record<string, string> = {}
  const rest: FieldError[] = []
  for (const fault of fields) {
    const known = nearest(fault.field, knows)
    if (known === undefined) rest.push(fault)
    else placed[known] ??= fault.message
  }
  return { placed, rest }
}

/** `traffic.0.weight` belongs to the field `traffic` when that is the one on the page. */
function nearest(field: string, knows: (field: string) => boolean): string | undefined {
  const parts = field.split('.')
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join('.')
    if (knows(candidate)) return candidate
  }
  return undefined
}
