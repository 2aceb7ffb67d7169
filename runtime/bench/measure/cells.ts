/**
 * One workload, all servers. Heats find the best variant of each peer; then the runtime, that variant and the echo server
 * take turns within the same seconds, so that whatever else the machine does hits them alike.
 */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FAST_API, type Peer, type Variant } from '../peers/peers.ts'
import { OURS, type Server, startForeign, startOurs } from '../servers.ts'
import { makeTokens } from '../tokens.ts'
import { type Kind, kinds, type Workload } from '../workloads.ts'
import { type Bare, measureBare, startEcho } from './bare.ts'
import { median } from './statistics.ts'
import { type Loaded, measureTails, type Tail } from './tail.ts'
import { alone, checkAnswer, type Round, type Subject, saturate, saturated } from './throughput.ts'

export interface Figures {
  server: string
  connections: number
  requestsPerSecond: number
  microsPerRequest: number
  p50: number
  p99: number
  errors: number
}

export interface Cell {
  workload: string
  kind: Kind
  ours: Figures
  oursAloneP50: number
  /** Each at 70 % of what it answers at most. */
  tail: Tail
  echoTail: Tail | undefined
  fastApiTail: Tail | undefined
  fastApi: Figures | undefined
  fastApiAloneP50: number
  /** The runtime's middle round over FastAPI's best. */
  ratio: number
  echo: Figures
  /** Of processor time of a request, of the runtime over the echo server, round by round. */
  overEcho: number
  bare: Bare
  /** All variants of all peers, in short. */
  heats: Figures[]
}

export interface Cost {
  workload: string
  kind: Kind
  connections: number
  /** Of processor time a request. */
  micros: number
  overEcho: number
}

export interface Bench {
  folder: string
  seconds: number
  rounds: number
  peers: readonly Peer[]
  tell: (line: string) => void
  /** A peer that does not start is a line in the table, not the end of the bench. */
  failed: (server: string, why: string) => void
}

const figuresOf = (server: string, connections: number, rounds: readonly Round[]): Figures => ({
  server,
  connections,
  requestsPerSecond: median(rounds.map((each) => each.requestsPerSecond)),
  microsPerRequest: median(rounds.map((each) => each.microsPerRequest)),
  p50: median(rounds.map((each) => each.p50)),
  p99: median(rounds.map((each) => each.p99)),
  errors: rounds.reduce((sum, each) => sum + each.errors, 0),
})

/** How the workers of a peer share the connections is luck, and may halve what they do: the peer is given its best round. */
const bestOf = (rounds: readonly Round[]): Round[] =>
  rounds.toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond).slice(0, 1)

const line = (
  workload: string,
  kind: Kind,
  { server, connections, requestsPerSecond, microsPerRequest, p50, p99 }: Figures,
): string =>
  `${workload} ${kind}  ${server}, ${connections} connections: ${Math.round(requestsPerSecond)} requests/s, ${microsPerRequest.toFixed(1)} µs each, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`

const times = (tail: Tail | undefined): string => (tail ? `${tail.ratio.toFixed(1)} ×` : '–')

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200)

const startVariant = async (bench: Bench, workload: Workload, variant: Variant, python: string): Promise<Server> => {
  const folder = await mkdtemp(join(bench.folder, 'peer-'))
  const model = join(bench.folder, `${workload.name}.onnx`)
  return startForeign(await variant.prepare({ workload, model, folder, python }))
}

type Heat = Figures & { kind: Kind; peer: string; start: () => Promise<Server> }

const heatsOf = async (bench: Bench, workload: Workload): Promise<Heat[]> => {
  const heats: Heat[] = []
  for (const peer of bench.peers) {
    const python = await peer.python().catch((error: unknown) => {
      bench.failed(peer.name, reason(error))
      return undefined
    })
    if (python === undefined) continue
    for (const variant of peer.variants(workload)) {
      const start = () => startVariant(bench, workload, variant, python)
      try {
        const server = await start()
        try {
          for (const kind of kinds) {
            if (server.ask(kind) === undefined) continue
            const { folder } = bench
            const { connections } = workload
            const subject = { server, workload, kind, folder, connections }
            await checkAnswer(subject)
            const found = await saturated(subject)
            const figures = figuresOf(variant.name, found.subject.connections, [found.best])
            bench.tell(line(workload.name, kind, figures))
            heats.push({ ...figures, kind, peer: peer.name, start })
          }
        } finally {
          await server.stop()
        }
      } catch (error) {
        bench.failed(`${variant.name}, ${workload.name}`, reason(error))
      }
    }
  }
  return heats
}

const fastest = (heats: readonly Heat[]): Heat | undefined =>
  heats.toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0]

interface Turn {
  ours: Round
  echo: Round
  peer: Round | undefined
}

/** The servers one after the other, again and again. */
const takeTurns = async (bench: Bench, ours: Subject, echo: Subject, peer: Subject | undefined): Promise<Turn[]> => {
  await checkAnswer(ours)
  await saturate(ours, 1)
  const turns: Turn[] = []
  for (let round = 0; round < bench.rounds; round++) {
    turns.push({
      ours: await saturate(ours, bench.seconds),
      peer: peer && (await saturate(peer, bench.seconds)),
      echo: await saturate(echo, 1),
    })
  }
  return turns
}

const overEcho = (turns: readonly Turn[]): number =>
  median(turns.map(({ ours, echo }) => ours.microsPerRequest / echo.microsPerRequest))

/** Runs with the runtime and the echo server up, and stops all servers it was given afterwards. */
const withServers = async <T>(
  bench: Bench,
  workload: Workload,
  use: (ours: Server, echo: Server) => Promise<T>,
): Promise<T> => {
  const home = await mkdtemp(join(bench.folder, 'ours-'))
  const ours = await startOurs(workload, home, await makeTokens(home, ['bench']))
  try {
    const echo = await startEcho(workload)
    try {
      return await use(ours, echo)
    } finally {
      await echo.stop()
    }
  } finally {
    await ours.stop()
  }
}

/** What a request costs the runtime, and nothing else: under as many connections as last time. */
export const measureCosts = (
  bench: Bench,
  workload: Workload,
  which: readonly Pick<Cost, 'kind' | 'connections'>[],
): Promise<Cost[]> =>
  withServers(bench, workload, async (runtime, echo) => {
    const costs: Cost[] = []
    for (const { kind, connections } of which) {
      const on = (server: Server): Subject => ({ server, workload, kind, folder: bench.folder, connections })
      const turns = await takeTurns(bench, on(runtime), on(echo), undefined)
      const { microsPerRequest } = figuresOf(
        OURS,
        connections,
        turns.map((each) => each.ours),
      )
      costs.push({ workload: workload.name, kind, connections, micros: microsPerRequest, overEcho: overEcho(turns) })
    }
    return costs
  })

export const measureWorkload = async (bench: Bench, workload: Workload): Promise<Cell[]> => {
  const { folder, seconds } = bench
  const file = join(folder, `${workload.name}.onnx`)
  await writeFile(file, workload.model())
  const bare = await measureBare(workload, file)
  const heats = await heatsOf(bench, workload)

  const measureKind = async (
    kind: Kind,
    runtime: Server,
    echo: Server,
    best: Heat | undefined,
    peer: Server | undefined,
  ) => {
    const on = (server: Server, connections = workload.connections): Subject => {
      return { server, workload, kind, folder, connections }
    }
    const { connections } = (await saturated(on(runtime))).subject
    const turns = await takeTurns(
      bench,
      on(runtime, connections),
      on(echo, connections),
      peer && on(peer, best?.connections),
    )
    const ours = figuresOf(
      OURS,
      connections,
      turns.map((each) => each.ours),
    )
    const peerRounds = turns.map((each) => each.peer).filter((each) => each !== undefined)
    const fastApi = best && peer && figuresOf(best.server, best.connections, bestOf(peerRounds))
    const echoFigures = figuresOf(
      'echo',
      connections,
      turns.map((each) => each.echo),
    )
    const loaded: Loaded[] = [
      { subject: on(runtime), most: ours.requestsPerSecond },
      { subject: on(echo), most: echoFigures.requestsPerSecond },
    ]
    if (fastApi && peer) loaded.push({ subject: on(peer), most: fastApi.requestsPerSecond })
    const [tail, echoTail, fastApiTail] = await measureTails(loaded, bench)
    if (!tail) throw new Error('the runtime comes first')
    const cell: Cell = {
      workload: workload.name,
      kind,
      ours,
      tail,
      echoTail,
      fastApiTail,
      oursAloneP50: (await alone(on(runtime), seconds)).p50,
      fastApi,
      fastApiAloneP50: peer ? (await alone(on(peer), seconds)).p50 : Number.NaN,
      ratio: ours.requestsPerSecond / (fastApi?.requestsPerSecond ?? Number.NaN),
      echo: echoFigures,
      overEcho: overEcho(turns),
      bare,
      heats: heats.filter((each) => each.kind === kind),
    }
    for (const figures of [ours, cell.fastApi, cell.echo]) if (figures) bench.tell(line(workload.name, kind, figures))
    bench.tell(
      `${workload.name} ${kind}  p99 over p50 at 70 %: ${times(tail)}; echo: ${times(echoTail)}; FastAPI: ${times(fastApiTail)}`,
    )
    return cell
  }

  return withServers(bench, workload, async (runtime, echo) => {
    const cells: Cell[] = []
    for (const kind of kinds) {
      const best = fastest(heats.filter((each) => each.kind === kind && each.peer === FAST_API))
      const peer = await best?.start().catch((error: unknown) => {
        bench.failed(`${best.server}, ${workload.name}, a second time`, reason(error))
        return undefined
      })
      try {
        cells.push(await measureKind(kind, runtime, echo, best, peer))
      } finally {
        await peer?.stop()
      }
    }
    return cells
  })
}
