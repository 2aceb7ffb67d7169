/**
 * Counters shared by all acceptors: how many requests of a model or tenant are under way, and when the next may come.
 * They live in shared memory, so a limit is the same however many threads accept.
 */
const SLOTS = 4096

export interface SharedLimits {
  concurrency: SharedArrayBuffer
  arrival: SharedArrayBuffer
  bodyBytes: SharedArrayBuffer
}

export const createSharedLimits = (): SharedLimits => ({
  concurrency: new SharedArrayBuffer(SLOTS * 2 * 4),
  arrival: new SharedArrayBuffer(SLOTS * 8),
  bodyBytes: new SharedArrayBuffer(4),
})

/** Bodies are counted in pieces of so many bytes, so that 32 bits are enough. */
const UNIT = 64
const unitsOf = (bytes: number): number => Math.ceil(bytes / UNIT)

/** Tenants have no slot of their own; two that share one by accident share a limit that is far above ordinary use. */
const tenantSlot = (tenant: string): number => {
  let hash = 2_166_136_261
  for (let index = 0; index < tenant.length; index++) hash = Math.imul(hash ^ tenant.charCodeAt(index), 16_777_619)
  return SLOTS + ((hash >>> 0) % SLOTS)
}

export interface Limits {
  /** False when as many are under way as may be. */
  enterModel: (slot: number, most: number) => boolean
  leaveModel: (slot: number) => void
  enterTenant: (tenant: string, most: number) => boolean
  leaveTenant: (tenant: string) => void
  /** Milliseconds until the rate allows another request; 0 for now, and then it is counted. */
  pace: (slot: number, perSecond: number, now: number) => number
  /** Takes bytes from the budget for bodies; false when it is spent. */
  takeBytes: (bytes: number, budget: number) => boolean
  giveBytes: (bytes: number) => void
}

export const limitsOn = (shared: SharedLimits): Limits => {
  const counts = new Int32Array(shared.concurrency)
  const arrivals = new BigInt64Array(shared.arrival)
  const bytes = new Int32Array(shared.bodyBytes)

  const enter = (slot: number, most: number): boolean => {
    if (Atomics.add(counts, slot, 1) < most) return true
    Atomics.sub(counts, slot, 1)
    return false
  }

  return {
    enterModel: enter,
    leaveModel: (slot) => {
      Atomics.sub(counts, slot, 1)
    },
    enterTenant: (tenant, most) => enter(tenantSlot(tenant), most),
    leaveTenant: (tenant) => {
      Atomics.sub(counts, tenantSlot(tenant), 1)
    },
    pace: (slot, perSecond, now) => {
      // The generic cell rate algorithm: one timestamp says when the bucket would be full again. A tenth of a second's
      // worth may come at once.
      const interval = 1e6 / perSecond
      const burst = Math.max(interval, 100_000)
      const nowMicros = now * 1000
      for (;;) {
        const seen = Atomics.load(arrivals, slot)
        // What is further ahead than this rate ever puts it is of another rate, or of a clock that was put back since.
        const next = Number(seen) > nowMicros + burst + 1 ? nowMicros : Math.max(Number(seen), nowMicros)
        const early = next + interval - nowMicros - burst
        if (early > 0 && next > nowMicros) return Math.ceil(early / 1000)
        if (Atomics.compareExchange(arrivals, slot, seen, BigInt(Math.round(next + interval))) === seen) return 0
      }
    },
    takeBytes: (amount, budget) => {
      const units = unitsOf(amount)
      if (Atomics.add(bytes, 0, units) + units <= unitsOf(budget)) return true
      Atomics.sub(bytes, 0, units)
      return false
    },
    giveBytes: (amount) => {
      Atomics.sub(bytes, 0, unitsOf(amount))
    },
  }
}

/** Models take slots in turn; a slot is given back when its model goes. */
export const slotPool = () => {
  const free: number[] = []
  let next = 0
  return {
    take: (): number => free.pop() ?? (next < SLOTS ? next++ : SLOTS - 1),
    give: (slot: number): void => {
      free.push(slot)
    },
  }
}
