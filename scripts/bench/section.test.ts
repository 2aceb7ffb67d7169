import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { withSection, writeSection } from './section.ts'

const page = `# Performance

<!-- audit -->

old figures

<!-- /audit -->

Written by hand.
`

it('replaces a section and nothing around it', () => {
  expect(withSection(page, 'audit', '\nnew figures\n')).toBe(page.replace('old', 'new'))
})

it('puts a new section at the end', () => {
  expect(withSection(page, 'runtime', 'fast')).toBe(`${page}\n<!-- runtime -->\n\nfast\n\n<!-- /runtime -->\n`)
})

it('refuses a section whose end is missing, rather than lose what follows', () => {
  expect(() => withSection('<!-- audit -->\nmine', 'audit', 'new')).toThrow('never closed')
})

it('makes the page when there is none, and says the same twice the same way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'section-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'page.md')
  await writeSection(file, 'runtime', 'fast')
  const first = await readFile(file, 'utf8')
  await writeSection(file, 'runtime', 'fast')
  expect(first).toBe('<!-- runtime -->\n\nfast\n\n<!-- /runtime -->\n')
  expect(await readFile(file, 'utf8')).toBe(first)
})
