/**
 * One queue of a model: a lane for each tenant, served by deficit round robin, so that who sends ten times as much
 * waits for their own requests and not everybody else's.
 */

/** Memory that is used again: a queue that throws away what it grew keeps the collector busier than its requests do. */
interface Lane<T> {
  /** A ring, of a power of two. */
  items: (T | undefined)[]
  head: number
  size: number
  credit: number
  weight: number
}

const FIRST_CAPACITY = 16
const MAX_IDLE_LANES = 1000

export class FairQueue<T> {
  private readonly lanes = new Map<string, Lane<T>>()
  /** The lanes in which somebody waits. */
  private readonly order: Lane<T>[] = []
  private turn = 0
  private waiting = 0
  private readonly weightOf: (tenant: string) => number

  constructor(weightOf: (tenant: string) => number = () => 1) {
    this.weightOf = weightOf
  }

  get size(): number {
    return this.waiting
  }

  push(tenant: string, item: T): void {
    const lane = this.lanes.get(tenant) ?? this.open(tenant)
    if (lane.size === 0) {
      lane.credit = 0
      this.order.push(lane)
    } else if (lane.size === lane.items.length) grow(lane)
    lane.items[(lane.head + lane.size) & (lane.items.length - 1)] = item
    lane.size++
    this.waiting++
  }

  shift(): T | undefined {
    while (this.waiting > 0) {
      const lane = this.order[this.turn]
      if (!lane) {
        this.turn = 0
        continue
      }
      if (lane.credit < 1 && this.order.length > 1) {
        lane.credit += lane.weight
        if (lane.credit < 1) {
          this.turn++
          continue
        }
      }
      const item = lane.items[lane.head]
      lane.items[lane.head] = undefined
      lane.head = (lane.head + 1) & (lane.items.length - 1)
      lane.size--
      lane.credit = Math.max(0, lane.credit - 1)
      this.waiting--
      if (lane.size === 0) this.order.splice(this.turn, 1)
      else if (lane.credit < 1) this.turn++
      if (item !== undefined) return item
    }
    return undefined
  }

  /** Everything that waits, in no order that means anything. */
  visit(each: (item: T) => void): void {
    for (const lane of this.order) {
      for (let index = 0; index < lane.size; index++) {
        const item = lane.items[(lane.head + index) & (lane.items.length - 1)]
        if (item !== undefined) each(item)
      }
    }
  }

  drain(): T[] {
    const all: T[] = []
    for (let item = this.shift(); item !== undefined; item = this.shift()) all.push(item)
    return all
  }

  private open(tenant: string): Lane<T> {
    if (this.lanes.size - this.order.length >= MAX_IDLE_LANES) {
      for (const [name, lane] of this.lanes) if (lane.size === 0) this.lanes.delete(name)
    }
    const lane: Lane<T> = {
      items: new Array(FIRST_CAPACITY).fill(undefined),
      head: 0,
      size: 0,
      credit: 0,
      weight: Math.max(this.weightOf(tenant), 0.01),
    }
    this.lanes.set(tenant, lane)
    return lane
  }
}

const grow = <T>(lane: Lane<T>): void => {
  const capacity = lane.items.length
  const items: (T | undefined)[] = new Array(capacity * 2).fill(undefined)
  for (let index = 0; index < lane.size; index++) items[index] = lane.items[(lane.head + index) & (capacity - 1)]
  lane.items = items
  lane.head = 0
}
