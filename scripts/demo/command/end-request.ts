export interface EndRequest {
  asked: Promise<NodeJS.Signals>
  forget(): void
}

/** Ctrl-C, a polite kill, a closed terminal, or the death of the npm that started us. */
export function endRequest(tell: (line: string) => void): EndRequest {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let asked = false
  const ask = (signal: NodeJS.Signals) => {
    if (asked && signal === 'SIGINT') {
      tell('Ending at once. What still runs is ended behind us.')
      process.exit(130) // the leash does that
    }
    asked = true
    resolve(signal)
  }
  for (const signal of signals) process.on(signal, ask)
  const parent = process.ppid
  const startedByUs = process.env.MODELYARD_PARENT === String(parent)
  const orphaned = setInterval(() => {
    if (startedByUs && process.ppid !== parent) ask('SIGHUP')
  }, 500)
  delete process.env.MODELYARD_PARENT
  return {
    asked: promise,
    forget() {
      clearInterval(orphaned)
      for (const signal of signals) process.off(signal, ask)
    },
  }
}
