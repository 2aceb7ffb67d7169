// What Kubernetes refuses in its own kinds, by the definition it stands in. Field paths and texts are the API server's.
import type { FieldError } from '../../http/status.ts'
import { isObject, type KubeObject } from '../../json.ts'
import { type Schema, type Visitor, visit } from '../../schema/schema.ts'
import type { Check } from './common.ts'
import { otherChecks } from './others.ts'
import { workloadChecks } from './workloads.ts'

const byDefinition: Record<string, Check> = { ...workloadChecks, ...otherChecks }

/** A pod's own faults come after those of its containers, all others before those of their parts, as Kubernetes has it. */
export function checkKind(value: KubeObject, schema: Schema): FieldError[] {
  const errors: FieldError[] = []
  const checked =
    (isNow: (definition: string) => boolean): Visitor =>
    (definition, part, path) => {
      if (isObject(part) && isNow(definition)) errors.push(...(byDefinition[definition]?.(part, path) ?? []))
    }
  const isPod = (definition: string) => definition === 'PodSpec'
  visit(
    value,
    schema,
    '',
    checked((definition) => !isPod(definition)),
    checked(isPod),
  )
  return errors
}
