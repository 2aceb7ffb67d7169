import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { createChecks } from './checks.ts'
import { defaultLimits, type Validation } from './validate.ts'

const fine: Validation = {
  ok: true,
  signature: { inputs: [], outputs: [], parameters: {} },
  runMicros: 1,
  batchable: true,
}

it('checks a file once for all who ask, and as many files at once as there are cores', async () => {
  let running = 0
  let most = 0
  let checks = 0
  const check = createChecks(defaultLimits, async () => {
    checks += 1
    running += 1
    most = Math.max(most, running)
    await new Promise(setImmediate)
    running -= 1
    return fine
  })
  const digests = Array.from({ length: 20 }, (_, at) => `sha256:${at % 10}`)
  expect(await Promise.all(digests.map((digest) => check('/file', digest)))).toEqual(digests.map(() => fine))
  expect(await check('/file', 'sha256:3')).toBe(fine)
  expect(checks).toBe(10)
  expect(most).toBe(Math.min(10, availableParallelism()))
})

it('believes no verdict that a busy machine may have caused, nor a check that could not be made', async () => {
  const answers: (Validation | Error)[] = [
    { ok: false, code: 'timeout', reason: 'slow' },
    new Error('no process could be started'),
    { ok: false, code: 'unsupported', reason: 'never' },
  ]
  const check = createChecks(defaultLimits, async () => {
    const answer = answers.shift() ?? fine
    if (answer instanceof Error) throw answer
    return answer
  })
  expect(await check('/file', 'a')).toMatchObject({ code: 'timeout' })
  await expect(check('/file', 'a')).rejects.toThrow('no process')
  expect(await check('/file', 'a')).toMatchObject({ code: 'unsupported' })
  expect(await check('/file', 'a')).toMatchObject({ code: 'unsupported' })
})
