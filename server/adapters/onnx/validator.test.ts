import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createOnnxValidator } from './validator.ts'

describe('the look into an uploaded model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-validator-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const validator = createOnnxValidator()

  it('reads what a sample takes, gives and says of itself', async () => {
    const result = await validator.validate(
      join(import.meta.dirname, '../../../runtime/samples/churn-risk/1/model.onnx'),
    )
    if (!result.ok) throw new Error(result.reason)
    expect(result.signature.inputs.map((input) => input.name)).toContain('tenure_months')
    expect(result.signature.labels.length).toBe(2)
    expect(result.signature.hints.tenure_months?.title).toBeTruthy()
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('this is not a model, and it does not pretend to be one')],
    ['a ZIP', Buffer.from('504b0304140000000800', 'hex')],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('refuses %s with a reason', async (name, bytes) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.onnx`)
    writeFileSync(path, bytes)
    const result = await validator.validate(path)
    expect(result.ok).toBe(false)
    if (!result.ok) expect(result.reason.length).toBeGreaterThan(10)
  })

  it.each([
    ['timeout', 'less to do'],
    ['memory', 'less to do'],
    ['crashed', 'Export the model again'],
  ])('says what to do when it is refused for %s', async (code, remedy) => {
    const verdict = JSON.stringify({ ok: false, code, reason: 'It was not ready in time.' })
    const program = join(folder, `${code}.mjs`)
    writeFileSync(program, `console.log(${JSON.stringify(verdict)})`)
    const result = await createOnnxValidator(program).validate('any')
    expect(result).toMatchObject({ ok: false, code, remedy: expect.stringContaining(remedy) })
  })

  it.each([
    ['dies', 'process.kill(process.pid, "SIGKILL")'],
    ['fails', 'throw new Error("no library")'],
    ['says nothing that can be read', 'console.log("hello")'],
  ])('blames no file for a program that %s', async (what, code) => {
    const program = join(folder, `${what.replaceAll(' ', '-')}.mjs`)
    writeFileSync(program, code)
    await expect(createOnnxValidator(program).validate('any')).rejects.toMatchObject({
      code: 'integration_unavailable',
      explanation: { remedy: expect.stringContaining('Try again') },
    })
  })
})
