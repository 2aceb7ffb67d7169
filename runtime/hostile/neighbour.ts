/** A well-behaved caller of a well-behaved model, who asks every few milliseconds and keeps count. */
import { setTimeout as pause } from 'node:timers/promises'

const BODY = '{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":[1,2]}]}'
const PAUSE_MILLISECONDS = 5

export interface Experience {
  p99: number
  /** What went wrong, each kind with how often. */
  errors: Map<string, number>
}

export const askSteadily = (url: string): { stop: () => Promise<Experience> } => {
  const times: number[] = []
  const errors = new Map<string, number>()
  let stopped = false

  const count = (error: string): void => {
    errors.set(error, (errors.get(error) ?? 0) + 1)
  }

  const ask = async (): Promise<void> => {
    const start = performance.now()
    try {
      const response = await fetch(`${url}/v2/models/neighbour/infer`, { method: 'POST', body: BODY })
      const body = await response.text()
      if (response.status !== 200) count(`${response.status} ${body}`)
    } catch (error) {
      count(error instanceof Error ? `${error.message}: ${error.cause}` : String(error))
    }
    times.push(performance.now() - start)
  }

  const asking = (async () => {
    while (!stopped) {
      await ask()
      await pause(PAUSE_MILLISECONDS)
    }
  })()

  return {
    stop: async () => {
      stopped = true
      await asking
      times.sort((a, b) => a - b)
      return { p99: times[Math.floor(times.length * 0.99)] ?? 0, errors }
    },
  }
}
