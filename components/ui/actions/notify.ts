/** A short word in the corner that something worked; read aloud too. One at a time: the newest is the one that matters. */
let current: { id: number; message: string } | null = null
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

function show(next: typeof current) {
  current = next
  for (const listener of listeners) listener()
}

export function notify(message: string) {
  clearTimeout(timer)
  show({ id: (current?.id ?? 0) + 1, message })
  timer = setTimeout(() => show(null), 5000)
}

export const notice = {
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  current: () => current,
}
