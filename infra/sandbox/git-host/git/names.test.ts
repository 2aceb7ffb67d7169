import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRefName, isSha, isTreePath } from './names.ts'

const pieces = [
  'a',
  'B',
  '-',
  '.',
  '..',
  '/',
  '//',
  '.lock',
  '@{',
  '@',
  '~',
  '^',
  ':',
  '?',
  '*',
  '[',
  '\\',
  ' ',
  '\n',
  '\x7f',
  'é',
  '☃',
  '__proto__',
  'HEAD',
]
const awkward = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
const gitAccepts = (branch: string) => spawnSync('git', ['check-ref-format', '--branch', branch]).status === 0

describe('names', () => {
  it('of branches are those that git itself takes', () => {
    fc.assert(
      fc.property(awkward, (branch) => {
        // git reads these as places in its history, not as names.
        fc.pre(!branch.includes('@{') && branch !== '@' && branch !== 'HEAD')
        expect([branch, isRefName(branch)]).toEqual([branch, gitAccepts(branch)])
      }),
      { numRuns: 150 },
    )
  })

  it('of files never lead out of a tree or into git’s own folder', () => {
    const part = fc.constantFrom('a', '..', '.', '', '.git', '.GIT', 'b.yaml', 'é', '__proto__')
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const bad = parts.some((each) => ['', '.', '..', '.git', '.GIT'].includes(each))
        expect(isTreePath(parts.join('/'))).toBe(!bad)
      }),
    )
  })

  it('of objects are forty hexadecimal digits and nothing else', () => {
    expect(isSha('a'.repeat(40))).toBe(true)
    for (const wrong of ['', 'A'.repeat(40), 'a'.repeat(39), `${'a'.repeat(40)}\n`, 'g'.repeat(40)])
      expect(isSha(wrong)).toBe(false)
  })
})
