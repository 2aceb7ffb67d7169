import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FeedbackState, feedbackWindow } from './feedback/feedback.ts'
import { fileNameOf, keptWindows } from './kept-windows.ts'

let folder: string
let said: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windows-'))
  said = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (below = 'kept') => keptWindows(join(folder, below), FeedbackState, (event) => said.push(event))

it('writes what has changed and finds it again, unless it was forgotten or damaged', async () => {
  const first = open()
  for (const key of ['a', 'b', 'c']) first.open(key, feedbackWindow).add('yes', 'no')
  first.open('untouched', feedbackWindow)
  await first.save()
  await first.forget('b')
  await writeFile(join(folder, 'kept', `${fileNameOf('c')}.json`), '[["yes"')
  expect(await readdir(join(folder, 'kept'))).toHaveLength(2)
  const second = open()
  expect(['a', 'b', 'c'].map((key) => second.open(key, feedbackWindow).state())).toEqual([[['yes', 'no']], [], []])
})

it('waits between two writes when asked to', async () => {
  const windows = open()
  const window = windows.open('a', feedbackWindow)
  const kept = () => open().open('a', feedbackWindow).state().length
  window.add('yes', 'no')
  await windows.save(60_000)
  window.add('yes', 'yes')
  await windows.save(60_000)
  expect(kept()).toBe(1)
  await windows.save()
  expect(kept()).toBe(2)
})

it('says once that it cannot write, goes on, and writes when it can again', async () => {
  await writeFile(join(folder, 'kept'), 'a file where its folder should be')
  const windows = open()
  windows.open('a', feedbackWindow).add('yes', 'no')
  await windows.save()
  await windows.save()
  expect(said).toEqual(['windows cannot be kept'])
  await rm(join(folder, 'kept'))
  await windows.save()
  expect(open().open('a', feedbackWindow).state()).toEqual([['yes', 'no']])
})
