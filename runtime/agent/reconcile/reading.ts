/** What an object asks of this runtime, or why it cannot be followed. */
import { z } from 'zod'
import { InferenceModel, type InferenceModelSpec } from '#server/contracts/inference/inference-model.ts'
import { InferenceModelStatus } from '#server/contracts/inference/inference-model-status.ts'
import type { KubeObject } from '../kubernetes/objects.ts'

export const TEAM_LABEL = 'modelyard.dev/team'

export type Fault = { reason: 'InvalidSpec' | 'TenantMismatch'; message: string }

export type ObjectReading = { spec: InferenceModelSpec; fault?: undefined } | { spec?: undefined; fault: Fault }

export const readObject = (object: KubeObject, namespace: KubeObject | undefined): ObjectReading => {
  const parsed = InferenceModel.pick({ spec: true }).safeParse(object)
  if (!parsed.success) return { fault: { reason: 'InvalidSpec', message: invalid(parsed.error) } }
  const { spec } = parsed.data
  const team = namespace?.metadata.labels?.[TEAM_LABEL]
  // Limits, metrics and access go by tenant, so nobody may name another team's.
  if (team !== undefined && team !== spec.tenant) {
    return {
      fault: {
        reason: 'TenantMismatch',
        message: `spec.tenant is "${spec.tenant}", but the namespace belongs to "${team}". Set spec.tenant to "${team}".`,
      },
    }
  }
  return { spec }
}

const MOST_ISSUES = 5

const invalid = (error: z.ZodError): string => {
  const issues = error.issues.slice(0, MOST_ISSUES).map((issue) => `${issue.path.join('.')} ${issue.message}`)
  return `The spec cannot be followed: ${issues.join('; ')}. Correct it in the GitOps repository; what was served before is still served.`
}

/** What stands in the object's status, as far as it can be read. */
export const statusOf = (object: KubeObject): InferenceModelStatus => {
  const parsed = z.object({ status: InferenceModelStatus }).safeParse(object)
  return parsed.success ? parsed.data.status : {}
}
