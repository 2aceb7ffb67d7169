import { describe, expect, it } from 'vitest'
import { refuseBeforeSending } from './refuse-file.ts'

const file = (bytes: number[], name = 'model.onnx') => new File([new Uint8Array(bytes)], name)

describe('a file before it is sent', () => {
  it('is refused when it is empty or plainly something else', async () => {
    expect(await refuseBeforeSending(file([]))).toContain('is empty')
    expect(await refuseBeforeSending(file([0x50, 0x4b, 3, 4, 0]))).toContain('a ZIP archive')
    expect(await refuseBeforeSending(file([0x89, 0x50, 0x4e, 0x47]))).toContain('a PNG image')
  })

  it('is sent when it may be a model', async () => {
    expect(await refuseBeforeSending(file([8, 8, 18, 7]))).toBeNull()
  })
})
