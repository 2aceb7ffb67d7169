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
}

const loadOn = ({ server, workload, kind, folder }: Subject, seconds: number): LoadOptions => {
  const asked = server.ask(kind)
  if (!asked) throw new Error(`${server.name} does not take ${kind} bodies`)
  return { url: server.url, ...asked, connections: workload.connections, seconds, folder }
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

/** One client that waits for each answer. */
export const alone = (subject: Subject, seconds: number): Promise<Load> =>
  generate({ ...loadOn(subject, seconds), connections: 1 })

export const atRate = (subject: Subject, seconds: number, perSecond: number): Promise<Load> =>
  generate({ ...loadOn(subject, seconds), perSecond })
