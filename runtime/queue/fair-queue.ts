/**
 * One queue of a model: a lane for each tenant, served by deficit round robin, so that who sends ten times as much
 * waits for their own requests and not everybody else's.
 */

interface Lane<T> {
  tenant: string
  items: T[]
  head: number
  credit: number
  weight: number
}

export class FairQueue<T> {
  private readonly lanes = new Map<string, Lane<T>>()
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
    let lane = this.lanes.get(tenant)
    if (!lane) {
      lane = { tenant, items: [], head: 0, credit: 0, weight: Math.max(this.weightOf(tenant), 0.01) }
      this.lanes.set(tenant, lane)
      this.order.push(lane)
    }
    lane.items.push(item)
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
      lane.head++
      lane.credit = Math.max(0, lane.credit - 1)
      this.waiting--
      if (lane.head === lane.items.length) this.drop(lane)
      else {
        if (lane.head > 1024 && lane.head * 2 > lane.items.length) {
          lane.items.splice(0, lane.head)
          lane.head = 0
        }
        if (lane.credit < 1) this.turn++
      }
      if (item !== undefined) return item
    }
    return undefined
  }

  drain(): T[] {
    const all: T[] = []
    for (let item = this.shift(); item !== undefined; item = this.shift()) all.push(item)
    return all
  }

  private drop(lane: Lane<T>): void {
    this.lanes.delete(lane.tenant)
    this.order.splice(this.order.indexOf(lane), 1)
  }
}
