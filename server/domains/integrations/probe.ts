/** One question to one integration: does it answer, in which version, and may we do there what we need? */
import type { IntegrationView } from '../../contracts/platform/integrations.ts'
import { PortalError } from '../../errors.ts'
import type { Report } from './report.ts'

export type Fact = IntegrationView['facts'][number]

export type Probe = {
  name: string
  title: string
  group: IntegrationView['group']
  /** The settings that turn it on, when they are missing. */
  missing: readonly string[]
  probe: () => Promise<{ version: string | null; facts?: readonly Fact[] }>
  /** What our account may do there; asked less often. */
  check?: () => Promise<readonly Fact[]>
}

/** How a check says that the account lacks something, as opposed to something else being wrong there. */
const notAllowed = 'not allowed'
const patience = 3000
const slow = 1000
const permissionsLast = 120_000

/** What is to be kept of one question; what was known of it before stands where nothing new was learnt. */
export async function ask(probe: Probe, before: Report | undefined, now: Date): Promise<Report> {
  const { title } = probe
  const known = before ?? nothing
  const started = performance.now()
  try {
    const { version, facts = [] } = await inTime(probe.probe(), title)
    const latency = Math.round(performance.now() - started)
    const permissions = await permissionsOf(probe, known, now)
    const doubtful = [...facts, ...permissions.facts].filter((each) => each.ok === false)
    const lacking = permissions.facts.filter((each) => each.ok === false && each.value === notAllowed)
    const isSlow = latency > slow
    return {
      state: doubtful.length > 0 || isSlow ? 'degraded' : 'ok',
      version,
      latencyMilliseconds: latency,
      facts: [...facts],
      permissions: permissions.facts,
      permissionsAt: permissions.at,
      remedy: remedyOf(title, doubtful, lacking.length > 0, isSlow),
      problem: null,
    }
  } catch (error) {
    const { detail, remedy } = told(error, title)
    return { ...known, state: 'down', latencyMilliseconds: null, remedy, problem: detail }
  }
}

const nothing: Report = {
  state: 'unknown',
  version: null,
  latencyMilliseconds: null,
  facts: [],
  permissions: [],
  permissionsAt: null,
  remedy: null,
  problem: null,
}

async function permissionsOf({ check, title }: Probe, before: Report, now: Date) {
  const isRecent = before.permissionsAt !== null && now.getTime() - Date.parse(before.permissionsAt) < permissionsLast
  // After an outage the account may be another one.
  if (!check || (isRecent && before.state !== 'down')) return { facts: before.permissions, at: before.permissionsAt }
  try {
    return { facts: [...(await inTime(check(), title))], at: now.toISOString() }
  } catch (error) {
    const value = told(error, title).detail
    return { facts: [{ label: 'What the account may do', value, ok: null }], at: null }
  }
}

function remedyOf(title: string, doubtful: readonly Fact[], lacksPermission: boolean, isSlow: boolean): string | null {
  if (lacksPermission) return 'Give the portal’s account what it lacks; docs/security.md lists what it needs and why.'
  const [first] = doubtful
  if (first) return `Look at “${first.label}”: ${first.value}.`
  return isSlow ? `It takes more than ${slow / 1000} second to answer. See what keeps ${title} busy.` : null
}

async function inTime<Value>(answer: Promise<Value>, title: string): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`${title} did not answer within ${patience / 1000} seconds.`)),
    patience,
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function told(error: unknown, title: string): { detail: string; remedy: string } {
  const check = `Check that ${title.replace(/^The /, 'the ')} runs and can be reached from where the worker runs.`
  if (!(error instanceof PortalError)) {
    const reason = error instanceof Error ? error.message : 'it failed'
    return { detail: reason.slice(0, 300), remedy: check }
  }
  const { detail, remedy } = error.explanation
  // Elsewhere people are sent to the page that this is shown on.
  return { detail, remedy: remedy.includes('integrations page') ? check : remedy }
}
