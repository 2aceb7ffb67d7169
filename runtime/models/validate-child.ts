/** The child of validate.ts: loads one file, tries it, reports. Whatever happens here ends with this process. */
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { loadModel } from '../engine/session/load-model.ts'
import { UnsupportedModel } from '../engine/session/session.ts'
import { isMemoryFault } from '../engine/session/warm-up.ts'
import type { Verdict } from './verdict.ts'

const Order = z.object({ path: z.string() })

const explain = (error: unknown): Verdict => {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof UnsupportedModel) return { ok: false, code: 'unsupported', reason: message }
  if (isMemoryFault(error)) {
    return { ok: false, code: 'memory', reason: 'The model needs more memory than a model may have.' }
  }
  const locale = /locale/i.test(message)
    ? ' This machine lacks the locale its StringNormalizer asks for: export the model without it, or with the locale "C".'
    : ''
  return { ok: false, code: 'load-failed', reason: `onnxruntime refuses the model: ${message.slice(0, 2000)}${locale}` }
}

/** -1 is a size the caller chooses. */
const isPossible = (size: number): boolean => size >= -1 && Number.isSafeInteger(size)

const examine = async (path: string): Promise<Verdict> => {
  try {
    const { signature, warm } = await loadModel(path)
    const { runMicros, batchable } = warm
    const impossible = [...signature.inputs, ...signature.outputs].find(({ shape }) => !shape.every(isPossible))
    if (impossible) {
      const reason = `The tensor ${JSON.stringify(impossible.name.slice(0, 200))} would have the shape [${impossible.shape}], which no machine holds. Check the numbers in the operators that make it.`
      return { ok: false, code: 'unsupported', reason }
    }
    return { ok: true, signature, batchable, ...(runMicros !== undefined && { runMicros }) }
  } catch (error) {
    return explain(error)
  }
}

try {
  writeFileSync('/proc/self/oom_score_adj', '800')
} catch {
  // Only Linux has it.
}

process.on('message', (raw) => {
  void examine(Order.parse(raw).path).then((verdict) => process.send?.(verdict))
})
process.on('disconnect', () => process.exit(0))
