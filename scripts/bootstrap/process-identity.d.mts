export interface ProcessIdentity {
  pid: number
  started: string
}
export function identityOf(pid: number): ProcessIdentity
export function isAlive(identity: ProcessIdentity): boolean
