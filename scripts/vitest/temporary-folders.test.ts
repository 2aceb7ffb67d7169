import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { removeLeftovers } from './temporary-folders.ts'

it('lies below the folder of this run, in every worker', () => {
  expect(basename(tmpdir())).toMatch(/^mdy-\d+-/)
  expect(dirname(mkdtempSync(join(tmpdir(), 'x-')))).toBe(tmpdir())
})

it('removes what runs left that were killed, and nothing of one that runs, nor by way of a link', () => {
  const everybodys = mkdtempSync(join(tmpdir(), 'leftovers-'))
  const { pid: gone } = spawnSync(process.execPath, ['--version'])
  const ours = `mdy-${process.pid}-abcdef`
  for (const name of [ours, `mdy-${gone}-abcdef`, 'mdy-notes', 'precious'])
    mkdirSync(join(everybodys, name, 'in'), { recursive: true })
  symlinkSync(join(everybodys, 'precious'), join(everybodys, `mdy-${gone}-linked`))
  removeLeftovers(everybodys)
  expect(readdirSync(everybodys).sort()).toEqual([ours, `mdy-${gone}-linked`, 'mdy-notes', 'precious'].sort())
  expect(readdirSync(join(everybodys, 'precious'))).toEqual(['in'])
})
