import { describe, expect, it } from 'vitest'
import { FairQueue } from './fair-queue.ts'

describe('the queue of a model', () => {
  it('gives tenants their turns, however many one of them sends', () => {
    const queue = new FairQueue<string>()
    for (let index = 0; index < 100; index++) queue.push('hog', `hog ${index}`)
    queue.push('other', 'other 0')
    queue.push('other', 'other 1')
    const first = [queue.shift(), queue.shift(), queue.shift(), queue.shift()]
    expect(first).toEqual(['hog 0', 'other 0', 'hog 1', 'other 1'])
    expect(queue.size).toBe(98)
  })

  it('gives shares by weight', () => {
    const queue = new FairQueue<string>((tenant) => (tenant === 'large' ? 3 : 1))
    for (let index = 0; index < 400; index++) {
      queue.push('large', 'large')
      queue.push('small', 'small')
    }
    const taken = Array.from({ length: 200 }, () => queue.shift())
    expect(taken.filter((each) => each === 'large')).toHaveLength(150)
  })

  it('keeps the order of each tenant while it grows and empties', () => {
    const queue = new FairQueue<number>()
    let pushed = 0
    let expected = 0
    for (const [add, take] of [
      [5, 3],
      [40, 20],
      [100, 122],
      [3, 1],
      [300, 302],
    ]) {
      for (let index = 0; index < (add ?? 0); index++) queue.push('one', pushed++)
      for (let index = 0; index < (take ?? 0); index++) expect(queue.shift()).toBe(expected++)
    }
    expect(queue.shift()).toBeUndefined()
    expect(queue.size).toBe(0)
  })

  it('shows what waits, and hands it out at the end', () => {
    const queue = new FairQueue<number>()
    for (let index = 0; index < 50; index++) queue.push(`tenant ${index % 3}`, index)
    queue.shift()
    const seen: number[] = []
    queue.visit((item) => seen.push(item))
    expect(seen).toHaveLength(49)
    expect(queue.drain().toSorted((a, b) => a - b)).toEqual(seen.toSorted((a, b) => a - b))
  })
})
