import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { follow } from './follow.ts'

/** Like a browser's; what happens to it is said from outside. */
class Stream extends EventTarget {
  readyState: 0 | 1 | 2 = 0
  close() {
    this.readyState = 2
  }
  refuse() {
    this.readyState = 2
    this.dispatchEvent(new Event('error'))
  }
  say(data: string) {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

describe('an event stream that does not give up', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function begin() {
    const made: Stream[] = []
    const told: string[] = []
    const listeners = { onMessage: (text: string) => told.push(text), onReset: () => told.push('everything') }
    const stop = follow('/events', listeners, () => {
      const stream = new Stream()
      made.push(stream)
      return stream
    })
    return { made, told, stop }
  }

  it('tells what comes, and leaves a broken line to the browser', () => {
    const { made, told } = begin()
    made[0]?.say('one')
    made[0]?.dispatchEvent(new Event('error'))
    vi.advanceTimersByTime(120_000)
    expect(made).toHaveLength(1)
    made[0]?.dispatchEvent(new Event('reset'))
    expect(told).toEqual(['one', 'everything'])
  })

  it('tries again, ever more slowly, where it is refused, and then asks for everything', () => {
    const { made, told } = begin()
    made[0]?.refuse()
    vi.advanceTimersByTime(2000)
    expect(made).toHaveLength(2)
    made[1]?.refuse()
    vi.advanceTimersByTime(3999)
    expect(made).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(made).toHaveLength(3)
    made[2]?.dispatchEvent(new Event('open'))
    made[2]?.dispatchEvent(new Event('open'))
    expect(told).toEqual(['everything'])
  })

  it('ends when the page does', () => {
    const { made, stop } = begin()
    made[0]?.refuse()
    stop()
    vi.advanceTimersByTime(120_000)
    expect(made).toHaveLength(1)
  })
})
