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
import { IntegrationError } from '../../errors.ts'
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
  /** The program survives whatever a file does to it: when it ends without a word, something is wrong with us. */
  async function look(path: string): Promise<z.infer<typeof Verdict>> {
    try {
      const { stdout } = await run(process.execPath, [program, path], {
        timeout: patienceMilliseconds,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
        env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production' },
      })
      return Verdict.parse(JSON.parse(stdout))
    } catch (cause) {
      throw new IntegrationError('onnx', {
        detail: 'The model could not be looked into: the program that does it failed.',
        remedy: 'Nothing was saved. Try again in a minute. If it stays, a platform admin finds the reason in the log.',
        cause,
      })
    }
  }

  return {
    async validate(path) {
      const verdict = await look(path)
      if (!verdict.ok) return { ok: false, code: verdict.code, reason: verdict.reason, remedy: remedyFor(verdict.code) }
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

/** Too slow or too large says as much of the machine and its moment as of the file. */
const remedyFor = (code: string) =>
  code === 'timeout' || code === 'memory'
    ? 'Upload it again when the portal has less to do. If it stays, export a smaller model.'
    : 'Export the model again as one ONNX file and upload that.'
