/** Steady load from a process of its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Experience, FromGenerator, type TargetInput } from './contract.ts'

export type Experiences = Record<string, Experience>

export interface SteadyLoad {
  /** What happened since it began or was last asked. */
  take: () => Promise<Experiences>
  stop: () => Promise<Experiences>
}

const nothing = Experience.parse({ asked: 0, outcomes: {}, p50: 0, p90: 0, p99: 0, max: 0 })

export const experienceOf = (all: Experiences, name: string): Experience => all[name] ?? nothing

/** Everything but answers with status 200. */
export const failuresOf = ({ outcomes }: Experience): [what: string, times: number][] =>
  Object.entries(outcomes).filter(([what]) => what !== '200')

export const startSteadyLoad = (targets: TargetInput[], { prompt = true } = {}): SteadyLoad => {
  const child = fork(new URL('./generator.ts', import.meta.url), {
    execArgv: ['--no-warnings'],
    stdio: 'inherit',
    // A session of its own; it ends with its channel.
    detached: prompt,
  })
  child.send({ type: 'start', targets, prompt })
  const ended = once(child, 'exit')

  const ask = async (type: 'take' | 'stop'): Promise<Experiences> => {
    const reported = once(child, 'message')
    child.send({ type })
    const said = await Promise.race([reported, ended.then(() => undefined)])
    if (said === undefined) throw new Error('the load generator ended before it was asked to')
    return FromGenerator.parse(said[0]).experiences
  }

  return {
    take: () => ask('take'),
    stop: async () => {
      const last = await ask('stop')
      await ended
      return last
    },
  }
}
