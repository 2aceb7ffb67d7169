/**
 * Loads a file into a session and says what it takes and gives. A model whose run takes long is worth several threads;
 * one that is quick is served better by several runs at once.
 */
import { availableParallelism } from 'node:os'
import { readOnnxFile } from '../../models/onnx-file.ts'
import type { ModelSignature } from '../../protocol/signature.ts'
import { chooseImplementation } from './implementation.ts'
import type { LoadSession, Session } from './session.ts'
import { type DryRun, dryRun } from './warm-up.ts'

const LONG_RUN_MICROS = 20_000
const WORTH_IT = 0.75

const parametersOf = (metadata: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => key.startsWith('modelyard.')))

export interface LoadedModel {
  session: Session
  signature: ModelSignature
  warm: DryRun
  intraOpThreads: number
}

const withMoreThreads = (
  path: string,
  load: LoadSession,
  single: Session,
  warm: DryRun,
): { session: Session; warm: DryRun; intraOpThreads: number } => {
  const threads = availableParallelism()
  const alone = { session: single, warm, intraOpThreads: 1 }
  if (threads < 2 || (warm.runMicros ?? 0) < LONG_RUN_MICROS) return alone
  // One after the other: two copies of the weights of a big model may be more than there is room for.
  single.dispose()
  const session = load(path, { intraOpThreads: threads })
  const again = dryRun(session)
  if ((again.runMicros ?? 0) < (warm.runMicros ?? 0) * WORTH_IT)
    return { session, warm: again, intraOpThreads: threads }
  session.dispose()
  return { ...alone, session: load(path, { intraOpThreads: 1 }) }
}

export const loadModel = async (path: string, load: LoadSession = chooseImplementation()): Promise<LoadedModel> => {
  const reading = await readOnnxFile(path)
  if (!reading.ok) throw new Error(`${reading.refusal.message} ${reading.refusal.remedy}`)
  const first = load(path, { intraOpThreads: 1 })
  const chosen = withMoreThreads(path, load, first, dryRun(first))
  const { session } = chosen
  const ranked = new Set(reading.model.inputs.filter((each) => each.shape).map((each) => each.name))
  const inputs = session.inputs.map((each) => (ranked.has(each.name) ? each : { ...each, anyRank: true }))
  return {
    ...chosen,
    signature: { inputs, outputs: session.outputs, parameters: parametersOf(reading.model.metadata) },
  }
}
