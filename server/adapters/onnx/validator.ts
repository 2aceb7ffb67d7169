/**
 * The validator port over the runtime's own look into a model: what passes here loads there. It runs as a program of
 * its own, so that neither a model nor the native library it needs ever lives in the portal's process.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { describeModel } from '../../contracts/inference/model-description.ts'
import { Signature, TensorView } from '../../contracts/models.ts'
import type { ModelValidator } from '../../ports/model-validator.ts'

const run = promisify(execFile)
const patienceMilliseconds = 120_000

const Verdict = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    signature: z.object({
      inputs: z.array(TensorView),
      outputs: z.array(TensorView),
      parameters: z.record(z.string(), z.string()),
    }),
  }),
  z.object({ ok: z.literal(false), code: z.string(), reason: z.string() }),
])

/** `program` is the runtime's inspect.ts, found from the folder the portal runs in unless told. */
export function createOnnxValidator(program = join(process.cwd(), 'runtime', 'models', 'inspect.ts')): ModelValidator {
  return {
    async validate(path) {
      const { stdout } = await run(process.execPath, [program, path], {
        timeout: patienceMilliseconds,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
        env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production' },
      })
      const verdict = Verdict.parse(JSON.parse(stdout))
      if (!verdict.ok) {
        const remedy = 'Export the model again as one ONNX file and upload that.'
        return { ok: false, code: verdict.code, reason: verdict.reason, remedy }
      }
      const { inputs, outputs, parameters } = verdict.signature
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
