import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { depthToSpace, identity, loop, perceptron } from '../testing/models.ts'
import { model, node, tensor, value } from '../testing/onnx-writer.ts'
import { endQuietly, ticksOf, workingIn } from '../testing/processes.ts'
import { until } from '../testing/until.ts'
import { validateModel } from './validate.ts'

const fileOf = async (bytes: Uint8Array): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'validate-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'model.onnx')
  await writeFile(path, bytes)
  return path
}

const limits = { timeoutMilliseconds: 10_000, memoryMegabytes: 300 }

/** Multiplies a table with itself, larger than the memory it may take. */
const glutton = (): Buffer =>
  model({
    nodes: [node('Expand', ['x', 'size'], ['big']), node('Exp', ['big'], ['y'])],
    inputs: [value('x', 'float', [1])],
    outputs: [value('y', 'float', [40_000, 40_000])],
    initializers: [tensor('size', 'int64', [2], new Uint8Array(BigInt64Array.of(40_000n, 40_000n).buffer))],
  })

describe('validating a model', () => {
  it('tells its signature and whether rows may be batched', async () => {
    const verdict = await validateModel(await fileOf(perceptron([4, 3])), limits)
    expect(verdict).toMatchObject({
      ok: true,
      batchable: true,
      signature: {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }],
      },
    })
  })

  it('knows a first dimension that is no batch', async () => {
    const backwards = model({
      nodes: [node('ReduceMean', ['x'], ['m'], []), node('Add', ['x', 'm'], ['y'])],
      inputs: [value('x', 'float', ['length', 2])],
      outputs: [value('y', 'float', ['length', 2])],
    })
    expect(await validateModel(await fileOf(backwards), limits)).toMatchObject({ ok: true, batchable: false })
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'empty'],
    ['text', Buffer.from('hello, I am a model'), 'not-onnx'],
    ['a ZIP', Buffer.from('PK\x03\x04aaaaaaaaaaaa', 'latin1'), 'not-onnx'],
    ['half a model', perceptron([4, 3]).subarray(0, 80), 'truncated'],
    ['what ends the process that loads it', depthToSpace(4294967296n), 'crashed'],
    ['what takes too much memory', glutton(), 'memory'],
    [
      'an operator nobody has',
      model({
        nodes: [node('Teleport', ['x'], ['y'])],
        inputs: [value('x', 'float', [1])],
        outputs: [value('y', 'float', [1])],
      }),
      'load-failed',
    ],
  ])('refuses %s', async (_what, bytes, code) => {
    const verdict = await validateModel(await fileOf(bytes), limits)
    expect(verdict).toMatchObject({ ok: false, code })
    expect(!verdict.ok && verdict.reason.length).toBeGreaterThan(20)
  })

  it('leaves nothing behind', async () => {
    const path = await fileOf(identity('float'))
    const scratch = await mkdtemp(join(tmpdir(), 'validate-test-'))
    onTestFinished(() => rm(scratch, { recursive: true, force: true }))
    vi.stubEnv('TMPDIR', scratch)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await validateModel(path, limits)).toMatchObject({ ok: true })
    expect(await readdir(scratch)).toEqual([])
  })

  it.runIf(process.platform === 'linux')(
    'ends by itself when who asked was killed, also within a run without end',
    { timeout: 60_000 },
    async () => {
      const path = await fileOf(loop(10n ** 15n))
      const scratch = await mkdtemp(join(tmpdir(), 'validate-test-'))
      onTestFinished(() => rm(scratch, { recursive: true, force: true }))
      const script = `import { validateModel } from ${JSON.stringify(new URL('./validate.ts', import.meta.url))}
        await validateModel(${JSON.stringify(path)}, { timeoutMilliseconds: 2000, memoryMegabytes: 300 })`
      const asking = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
        env: { ...process.env, TMPDIR: scratch },
        stdio: 'inherit',
      })
      const pid = await until('it is checked', async () => (await workingIn(scratch))[0])
      onTestFinished(() => endQuietly(pid))
      await until('its run is under way', async () => (await ticksOf(pid)) > 60)
      asking.kill('SIGKILL')
      await once(asking, 'exit')
      expect(await workingIn(scratch)).toEqual([pid])
      await until('it is gone', async () => (await workingIn(scratch)).length === 0, 30_000)
    },
  )
})
