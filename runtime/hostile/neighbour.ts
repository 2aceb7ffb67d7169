/** A well-behaved caller of a well-behaved model, in a process of its own, who keeps count. */
import { experienceOf, failuresOf, startSteadyLoad } from '../bench/load/steady-load.ts'

const BODY = Buffer.from('{"inputs":[{"name":"in","datatype":"FP32","shape":[1,2],"data":[1,2]}]}').toString('base64')
const PER_SECOND = 150

export interface Experience {
  p99: number
  max: number
  asked: number
  /** What went wrong, and how often. */
  errors: [what: string, times: number][]
}

export interface Neighbour {
  /** Since the last time. */
  take: () => Promise<Experience>
  stop: () => Promise<Experience>
}

export const askSteadily = (url: string): Neighbour => {
  const path = '/v2/models/neighbour/infer'
  const load = startSteadyLoad([{ name: 'neighbour', url, path, body: BODY, perSecond: PER_SECOND }])
  const experience = async (taken: ReturnType<typeof load.take>): Promise<Experience> => {
    const found = experienceOf(await taken, 'neighbour')
    return { p99: found.p99, max: found.max, asked: found.asked, errors: failuresOf(found) }
  }
  return { take: () => experience(load.take()), stop: () => experience(load.stop()) }
}
