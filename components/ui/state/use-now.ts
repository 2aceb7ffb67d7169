import { useSyncExternalStore } from 'react'

/** One clock for the whole page, so that every relative time moves together. */
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 10_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** The server's modules live long: there the time is asked anew for every page. */
const atFirst = () => (typeof window === 'undefined' ? Date.now() : now)

export function useNow(): Date {
  return new Date(useSyncExternalStore(subscribe, () => now, atFirst))
}
