/** One server under one load: what it answers, and the processor time an answer costs. */
import { generate, type Load, type LoadOptions } from '../load/wrk.ts'
import type { Server } from '../servers.ts'
import type { Kind, Workload } from '../workloads.ts'
import { processorSeconds } from './processor-time.ts'

export interface Round extends Load {
  /** Of all processes of the server together. */
  microsPerRequest: number
}

export interface Subject {
  server: Server
  workload: Workload
  kind: Kind
  folder: string
  connections: number
}

const loadOn = ({ server, kind, folder, connections }: Subject, seconds: number): LoadOptions => {
  const asked = server.ask(kind)
  if (!asked) throw new Error(`${server.name} does not take ${kind} bodies`)
  return { url: server.url, ...asked, connections, seconds, folder }
}

/** A bench of error messages would be a fast one. */
export const checkAnswer = async (subject: Subject): Promise<void> => {
  const { url, path, body } = loadOn(subject, 1)
  const response = await fetch(url + path, {
    method: 'POST',
    headers: body.headers,
    body: new Uint8Array(body.body),
  })
  const text = await response.text()
  if (response.status !== 200) {
    throw new Error(`${subject.server.name} answered ${response.status}: ${text.slice(0, 200)}`)
  }
}

export const saturate = async (subject: Subject, seconds: number): Promise<Round> => {
  const before = processorSeconds(subject.server.pid)
  const load = await generate(loadOn(subject, seconds))
  const spent = processorSeconds(subject.server.pid) - before
  return { ...load, microsPerRequest: (spent / (load.requestsPerSecond * seconds)) * 1e6 }
}

const MANY_TIMES = [1, 4, 8]
const TRIES = 2

/**
 * A server is saturated under as many connections as it answers the most with. One that runs together what waits wants
 * more of them than one that takes a request at a time.
 */
export const saturations = ({ connections }: Workload): number[] => MANY_TIMES.map((times) => connections * times)

/** The same under the number of connections that saturates it, and its best round there. */
export const saturated = async (subject: Subject): Promise<{ subject: Subject; best: Round }> => {
  let found: { subject: Subject; best: Round } | undefined
  for (let attempt = 0; attempt < TRIES; attempt++) {
    for (const connections of saturations(subject.workload)) {
      const tried = { ...subject, connections }
      const best = await saturate(tried, 1)
      if (!found || best.requestsPerSecond > found.best.requestsPerSecond) found = { subject: tried, best }
    }
  }
  if (!found) throw new Error('no number of connections was tried')
  return found
}

/** One client that waits for each answer. */
export const alone = (subject: Subject, seconds: number): Promise<Load> =>
  generate({ ...loadOn(subject, seconds), connections: 1 })

export const atRate = (subject: Subject, seconds: number, perSecond: number): Promise<Load> =>
  generate({ ...loadOn(subject, seconds), perSecond })
