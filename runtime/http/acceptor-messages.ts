/** What the main thread and an acceptor thread say to one another; both are our own code in one process. */

import type { AuthSettings } from '../auth/auth.ts'
import type { GrpcTls } from '../grpc/credentials.ts'
import type { RequestStats } from '../metrics/request-stats.ts'
import type { SharedLimits } from '../queue/limits.ts'
import type { Watched, WatchSettings } from '../telemetry/request-watch.ts'
import type { RouteTable } from './route-table.ts'
import type { Ask } from './routes.ts'

export interface AcceptorSettings {
  index: number
  host: string
  port: number
  /** 0 for any; undefined for an acceptor that speaks no gRPC. */
  grpcPort: number | undefined
  grpcTls: GrpcTls | undefined
  maxBodyBytes: number
  bodyBudgetBytes: number
  maxConnections: number
  tenantConcurrency: number
  tenantWeights: Record<string, number>
  limits: SharedLimits
  auth: AuthSettings
  watch: WatchSettings
  table: RouteTable
}

export type ToAcceptor =
  | { type: 'table'; table: RouteTable }
  | { type: 'collect'; ticket: number }
  | { type: 'answer'; ticket: number; status: number; contentType: string; body: string | Uint8Array }
  | { type: 'drain' }

export type FromAcceptor =
  | { type: 'listening'; port: number; grpcPort: number | undefined }
  | { type: 'failed'; message: string }
  | { type: 'collected'; ticket: number; stats: RequestStats[]; connections: number }
  | { type: 'ask'; ticket: number; question: Parameters<Ask>[0] }
  | { type: 'stuck'; key: string }
  | { type: 'wanted'; model: string }
  | { type: 'watched'; watched: Watched }
  | { type: 'drained' }
