import { appendFile, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rememberedPredictions } from './remembered-predictions.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predictions-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('knows after a restart what was saved before it', () => {
  const before = rememberedPredictions(folder)
  before.add('a', 'yes')
  before.add('b', 'Grüße')
  before.add('a', 'no')
  before.save()
  before.add('c', 'lost')
  const after = rememberedPredictions(folder)
  expect(['a', 'b', 'c'].map(after.labelOf)).toEqual(['no', 'Grüße', undefined])
})

it('does not believe a line that was cut off, nor lets a name break out of its line', async () => {
  const before = rememberedPredictions(folder)
  before.add('plain', 'yes')
  before.add('evil\nplain\0no', 'x')
  before.add('zero\0', 'x')
  before.save()
  await appendFile(join(folder, 'current'), 'cut\0ye')
  const after = rememberedPredictions(folder)
  expect(after.labelOf('plain')).toBe('yes')
  expect(after.labelOf('cut')).toBeUndefined()
  expect(before.labelOf('evil\nplain\0no')).toBe('x')
})

it('keeps the last twenty thousand and two files, however many there were', async () => {
  const before = rememberedPredictions(folder)
  for (let at = 0; at < 95_000; at++) {
    before.add(`request-${at}`, 'yes')
    if (at % 4000 === 0) before.save()
  }
  before.save()
  expect((await readdir(folder)).sort()).toEqual(['before', 'current'])
  const sizes = await Promise.all(['before', 'current'].map(async (name) => (await stat(join(folder, name))).size))
  expect(Math.max(...sizes)).toBeLessThan(1_000_000)
  const after = rememberedPredictions(folder)
  expect(after.labelOf('request-94999')).toBe('yes')
  expect(after.labelOf('request-85000')).toBe('yes')
  expect(after.labelOf('request-70000')).toBeUndefined()
})

it('goes on without a folder to write to', async () => {
  const nowhere = rememberedPredictions('')
  await writeFile(join(folder, 'file'), '')
  const forbidden = rememberedPredictions(join(folder, 'file', 'below'))
  for (const each of [nowhere, forbidden]) {
    each.add('a', 'yes')
    each.save()
    expect(each.labelOf('a')).toBe('yes')
  }
})
