/** Alerts that fire, and silences. */

export type FiringAlert = {
  fingerprint: string
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  silencedBy: string[]
}

export type Matcher = { name: string; value: string; isRegex: boolean; isEqual: boolean }

export type Silence = {
  id: string
  matchers: Matcher[]
  startsAt: string
  endsAt: string
  createdBy: string
  comment: string
  state: 'active' | 'pending' | 'expired'
}

export interface Alerts {
  firing(matchers: Matcher[]): Promise<FiringAlert[]>
  silences(): Promise<Silence[]>
  silence(silence: {
    matchers: Matcher[]
    startsAt: string
    endsAt: string
    createdBy: string
    comment: string
  }): Promise<Silence>
  expire(id: string): Promise<void>
  probe(): Promise<{ version: string }>
}
