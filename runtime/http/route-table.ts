/** What the acceptors know of the models; made by the control side and handed over whole at each change. */
import type { VersionState } from '../control/contract.ts'

export interface VersionRoute {
  version: string
  /** Unique to one load of one version: a new engine of the same version is another key. */
  key: string
  state: VersionState
  message: string
  weight: number
  shadow: boolean
  /** The engine's Unix socket; empty when there is none at the moment. */
  socket: string
  /** A request is to wake it. */
  asleep: boolean
  /** A request has, and it is being loaded again. */
  waking: boolean
  /** When it is likely to answer again, in milliseconds since the epoch; 0 when nobody can tell, infinity for good. */
  backAt: number
  /** How long it is likely away when it is woken, or its engine ends, at this moment. */
  awayMilliseconds: number
  /** The v2 metadata answer, made once. */
  metadata: string
  takesText: boolean
  /** Requests that one frame may carry and runs that may be under way, as the dry run suggests. */
  maxBatch: number
  lanes: number
}

export interface ModelRoute {
  name: string
  tenant: string
  /** Place of this model's counters in the shared limits. */
  slot: number
  concurrency: number
  requestsPerSecond: number
  timeoutMilliseconds: number
  versions: VersionRoute[]
}

export interface RouteTable {
  models: ModelRoute[]
  /** The server as a whole is ready: every model named at the start has settled. */
  ready: boolean
  /** The model behind POST /predict without a name. */
  textModel: string
}
