import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { snippet } from './snippets.ts'

const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [`it's "fine" $(id) \`x\` \\ \u2028`] }]

describe('a call to copy', () => {
  it('says the same to a shell, whatever the text holds', () => {
    const script = snippet('curl', 'http://runtime/v2/models/a/infer', inputs).replace(/^curl/, 'printf "%s\\n"')
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
    expect(words.trim().split('\n').at(-1)).toBe(JSON.stringify({ inputs }))
  })

  it('says the same to a program', () => {
    const code = snippet('TypeScript', 'http://runtime', inputs)
    const literal = /body: (".*"),$/m.exec(code)?.[1] ?? ''
    expect(JSON.parse(JSON.parse(literal))).toEqual({ inputs })
  })
})
