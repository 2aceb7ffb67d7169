import { describe, expect, it, vi } from 'vitest'
import { WorkQueue } from './work-queue.ts'

describe('the work queue', () => {
  it('works on a key once however often it was added, and again if it came up meanwhile', async () => {
    const release: (() => void)[] = []
    const work = vi.fn(() => new Promise<void>((resolve) => release.push(resolve)))
    const queue = new WorkQueue(2, work)
    queue.add('a')
    queue.add('a')
    queue.add('a')
    expect(work).toHaveBeenCalledTimes(1)
    release.shift()?.()
    await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(2))
    release.shift()?.()
    await vi.waitFor(() => expect(queue.depth).toBe(0))
    expect(work).toHaveBeenCalledTimes(2)
  })

  it('works on no more keys at once than it has workers', async () => {
    const release: (() => void)[] = []
    const work = vi.fn((_key: string) => new Promise<void>((resolve) => release.push(resolve)))
    const queue = new WorkQueue(2, work)
    for (const key of ['a', 'b', 'c']) queue.add(key)
    expect(work.mock.calls.map(([key]) => key)).toEqual(['a', 'b'])
    release[0]?.()
    await vi.waitFor(() => expect(work.mock.calls.map(([key]) => key)).toEqual(['a', 'b', 'c']))
    for (const end of release) end()
  })

  it('works later when told so, and not at all once stopped', async () => {
    const done: string[] = []
    const queue = new WorkQueue(1, async (key) => {
      done.push(key)
    })
    queue.add('a')
    queue.addLater('b', 5)
    await vi.waitFor(() => expect(done).toEqual(['a', 'b']))
    queue.addLater('c', 5)
    queue.stop()
    queue.addLater('d', 1)
    expect(queue.depth).toBe(0)
  })
})
