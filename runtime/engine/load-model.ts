/** Loads a file into a session and says what it takes and gives; with the faster implementation where it works. */
import { readOnnxFile } from '../models/onnx-file.ts'
import type { ModelSignature } from '../protocol/signature.ts'
import { loadNodeSession } from './node-session.ts'
import type { LoadSession, Session } from './session.ts'

const parametersOf = (metadata: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => key.startsWith('modelyard.')))

export const loadModel = async (
  path: string,
  load: LoadSession = loadNodeSession,
): Promise<{ session: Session; signature: ModelSignature }> => {
  const reading = await readOnnxFile(path)
  if (!reading.ok) throw new Error(`${reading.refusal.message} ${reading.refusal.remedy}`)
  const session = load(path, { intraOpThreads: 1 })
  const ranked = new Set(reading.model.inputs.filter((each) => each.shape).map((each) => each.name))
  const inputs = session.inputs.map((each) => (ranked.has(each.name) ? each : { ...each, anyRank: true }))
  return { session, signature: { inputs, outputs: session.outputs, parameters: parametersOf(reading.model.metadata) } }
}
