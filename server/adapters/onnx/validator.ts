/** The validator port over the runtime's own look into a model: what passes here loads there. */

import { validateModel } from '../../../runtime/models/validate.ts'
import { describeModel } from '../../contracts/inference/model-description.ts'
import { Signature } from '../../contracts/models.ts'
import type { ModelValidator } from '../../ports/model-validator.ts'

export function createOnnxValidator(): ModelValidator {
  return {
    async validate(path) {
      const result = await validateModel(path)
      if (!result.ok) {
        return {
          ok: false,
          code: result.code,
          reason: result.reason,
          remedy: 'Export the model again as one ONNX file and upload that.',
        }
      }
      const { inputs, outputs, parameters } = result.signature
      const described = describeModel(parameters)
      const signature = Signature.parse({
        inputs,
        outputs,
        task: described.task ?? null,
        labels: described.labels ?? [],
        hints: described.inputs ?? {},
        description: described.description ?? null,
      })
      return { ok: true, signature }
    },
  }
}
