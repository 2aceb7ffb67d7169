/**
 * Which of the two ways to call onnxruntime is used. The foreign function interface shares one session between threads
 * and carries every type; it is tried on a small model first, and the ordinary binding takes over where it fails.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadFfiSession } from './ffi/ffi-session.ts'
import { loadNodeSession } from './node-session.ts'
import type { LoadSession } from './session.ts'

/** x → x + 1 over [rows, 2] floats, in ONNX. */
const ADD_ONE =
  'CAgSC29ubngtd3JpdGVyOlgKEAoBeAoDb25lEgF5IgNBZGQSAWcqDwgBEAFCA29uZUoEAACAP1oXCgF4EhIKEAgBEgwKBhIEcm93cwoCCAJiFwoBeRISChAIARIMCgYSBHJvd3MKAggCQgQKABAR'

const works = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-selftest-'))
  try {
    const path = join(folder, 'model.onnx')
    writeFileSync(path, Buffer.from(ADD_ONE, 'base64'))
    const session = loadFfiSession(path, { intraOpThreads: 1 })
    const [output] = session.run([{ name: 'x', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, -3) }])
    session.dispose()
    return output?.data[0] === 2 && output.data[1] === -2 && output.shape.join() === '1,2'
  } catch {
    return false // whatever the reason, the other way remains
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

let chosen: LoadSession | undefined

export const chooseImplementation = (): LoadSession => {
  chosen ??= works() ? loadFfiSession : loadNodeSession
  return chosen
}
