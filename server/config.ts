/**
 * Every setting, from the environment, checked once. A faulty configuration is told whole: all faults at once, each
 * with the name of the setting. `npm run config` prints what is in force, `npm run config -- --help` what there is.
 */
import { z } from 'zod'
import { environments } from './contracts/names.ts'
import { GroupRoles } from './domains/people/group-roles.ts'
import { readObjectStoreUrl } from './ports/object-store/object-store-url.ts'

const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'This is not an http(s) address.' })
  .transform((url) => url.replace(/\/+$/, ''))

const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

const demoGroupRoles = {
  'platform-admins': 'admin',
  'platform-reviewers': 'reviewer',
  'platform-auditors': 'auditor',
  'team-{team}-maintainers': 'maintainer',
  'team-{team}-members': 'member',
  'team-{team}-viewers': 'viewer',
}

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'This is not valid JSON.' })
        return z.NEVER
      }
    })
    .pipe(schema)

const ClusterContexts = z.string().transform((text, context) => {
  const contexts: Partial<Record<(typeof environments)[number], string>> = {}
  for (const part of text.split(',').map((each) => each.trim())) {
    const [environment, name] = part.split('=')
    const known = environments.find((each) => each === environment)
    if (known && name) contexts[known] = name
    else {
      const message = `"${part}" is not environment=context, as in dev=kind-dev,prod=production.`
      context.addIssue({ code: 'custom', message })
    }
  }
  return contexts
})

const ObjectStoreUrl = z.string().superRefine((text, context) => {
  try {
    readObjectStoreUrl(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'This is no address.' })
  }
})

const Settings = z.object({
  MODELYARD_MODE: z
    .enum(['production', 'demo', 'test'])
    .default('production')
    .describe('demo and test take short secrets and a mapping of groups that fits the demo’s people'),
  PORTAL_URL: HttpUrl.describe('Address under which people reach the portal'),
  PORT: count(1, 65_535).default(3000).describe('Port that web listens on'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged'),

  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'This is not a postgresql:// address.' })
    .describe('PostgreSQL: postgresql://user:password@host:5432/modelyard'),
  DATABASE_CONNECTIONS: count(2, 200).default(10).describe('Most connections each process opens'),
  SESSION_SECRET: z
    .string()
    .min(16, 'This has fewer than 16 characters. Make one with: openssl rand -base64 48')
    .describe('Encrypts session cookies; the same on every replica. A change signs everybody out'),
  SESSION_MINUTES: count(5, 24 * 60)
    .default(60)
    .describe('An unused session ends after this'),
  SESSION_HOURS_AT_MOST: count(1, 24 * 7)
    .default(12)
    .describe('Any session ends after this'),

  OIDC_ISSUER: HttpUrl.describe('Issuer of the OpenID provider; its discovery document is read'),
  OIDC_CLIENT_ID: z.string().min(1).describe('Client id there'),
  OIDC_CLIENT_SECRET: z.string().min(1).describe('Client secret there'),
  OIDC_NAME: z.string().min(1).max(60).default('single sign-on').describe('What the sign-in page calls the provider'),
  OIDC_SCOPES: z.string().default('openid profile email groups').describe('Scopes to ask for'),
  OIDC_GROUPS_CLAIM: z.string().min(1).default('groups').describe('Claim that lists a person’s groups'),
  OIDC_GIT_LOGIN_CLAIM: z
    .string()
    .min(1)
    .optional()
    .describe('Claim with a person’s login on the Git host; their reviews there count then'),
  GROUP_ROLES: json(GroupRoles)
    .optional()
    .describe('JSON: group → role; {team} stands for a slug. {"ml-platform":"admin","team-{team}-leads":"maintainer"}'),

  GIT_API_URL: HttpUrl.optional().describe('GitHub REST API: https://api.github.com, or a GitHub Enterprise /api/v3'),
  GIT_WEB_URL: HttpUrl.optional().describe('Address of the Git host for people'),
  GIT_REPOSITORY: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'This is not owner/name.')
    .optional()
    .describe('GitOps repository, owner/name'),
  GIT_TOKEN: z.string().min(1).optional().describe('Token for it; or a GitHub App below'),
  GIT_APP_ID: z.string().min(1).optional().describe('GitHub App: its id'),
  GIT_APP_INSTALLATION_ID: z.string().min(1).optional().describe('GitHub App: its installation in the organisation'),
  GIT_APP_PRIVATE_KEY: z.string().min(1).optional().describe('GitHub App: its private key, PEM'),
  GIT_WEBHOOK_SECRET: z.string().min(8).optional().describe('Secret that webhooks are signed with'),
  GIT_OAUTH_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe('OAuth app by which people link their account there; its callback is PORTAL_URL/settings/git-account'),
  GIT_OAUTH_CLIENT_SECRET: z.string().min(1).optional().describe('Secret of that OAuth app'),

  KUBECONFIG: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Kubeconfig file, or several as in PATH; read again when a token is refused. Inside a cluster leave it out',
    ),
  CLUSTER_CONTEXTS: ClusterContexts.optional().describe(
    'Cluster of each environment, by its context: dev=…,staging=…,prod=…; in-cluster is the account of the pod',
  ),
  ARGOCD_CONTEXT: z.string().min(1).optional().describe('Context of the cluster with Argo CD; prod’s unless told'),
  ARGOCD_NAMESPACE: z.string().min(1).default('argocd').describe('Namespace of Argo CD'),
  OBJECT_STORE_URL: ObjectStoreUrl.optional().describe(
    'Where model bytes lie: file:///folder or s3://bucket/prefix?region=…&endpoint=…; credentials as for every AWS tool',
  ),
  RUNTIME_URL: HttpUrl.optional().describe('Shared ONNX runtime'),
  PROMETHEUS_URL: HttpUrl.optional().describe('Prometheus'),
  ALERTMANAGER_URL: HttpUrl.optional().describe('Alertmanager'),

  RUNTIME_PUBLIC_URL: HttpUrl.optional().describe('Where people call the runtime; RUNTIME_URL unless told'),
  PROMETHEUS_SCRAPE_SECONDS: count(1, 300).default(15).describe('How often Prometheus scrapes the runtime'),
  RECONCILE_SECONDS: count(1, 300).default(15).describe('How often open requests are compared with the world'),
  UPLOAD_LIMIT_MIB: count(1, 100_000).default(1024).describe('Largest model file that is accepted'),
  UPLOADS_UNDER_WAY_MIB: count(1, 1_000_000).default(8192).describe('Most that a team’s unfinished uploads may hold'),

  RATE_LIMIT_PER_SECOND: count(1, 10_000)
    .default(50)
    .describe('Lasting requests a second for each person or token, over all replicas'),
  LIVE_STREAMS_FOR_EACH: count(1, 100_000)
    .default(30)
    .describe('Most event streams of one person or token on each web process'),
})

export type Setting = keyof z.output<typeof Settings>
export type Config = z.output<typeof Settings> & { groupRoles: GroupRoles; secureCookies: boolean }

/** Never shown, never logged. */
export const secretSettings = [
  'DATABASE_URL',
  'SESSION_SECRET',
  'OIDC_CLIENT_SECRET',
  'GIT_TOKEN',
  'GIT_APP_PRIVATE_KEY',
  'GIT_WEBHOOK_SECRET',
  'GIT_OAUTH_CLIENT_SECRET',
] as const satisfies readonly Setting[]

export class ConfigError extends Error {
  readonly faults: readonly { setting: string; message: string }[]

  constructor(faults: readonly { setting: string; message: string }[]) {
    const lines = faults.map(({ setting, message }) => `  ${setting}: ${message}`)
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

type Environment = Readonly<Record<string, string | undefined>>

export function readConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const parsed = Settings.safeParse(given)
  const faults = parsed.success
    ? productionFaults(parsed.data)
    : [
        ...parsed.error.issues.map((issue) => ({
          setting: String(issue.path[0]),
          message: issue.path[0] !== undefined && String(issue.path[0]) in given ? issue.message : 'This is missing.',
        })),
        ...productionFaultsOf(given),
      ]
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults)
  const settings = parsed.data
  return {
    ...settings,
    groupRoles:
      settings.GROUP_ROLES ?? (settings.MODELYARD_MODE === 'production' ? {} : GroupRoles.parse(demoGroupRoles)),
    secureCookies: settings.PORTAL_URL.startsWith('https:'),
  }
}

/** What a demo may do and a company must not. */
function productionFaultsOf(given: Record<string, string | undefined>) {
  if ((given.MODELYARD_MODE ?? 'production') !== 'production') return []
  const faults: { setting: string; message: string }[] = []
  const fault = (setting: Setting, message: string) => faults.push({ setting, message })
  const secret = given.SESSION_SECRET ?? ''
  if (
    secret.length >= 16 &&
    (secret.length < 32 || new Set(secret).size < 10 || /change|secret|example|test/i.test(secret))
  ) {
    fault('SESSION_SECRET', 'This can be guessed. Make one with: openssl rand -base64 48')
  }
  if (given.PORTAL_URL && !/^https:|^http:\/\/(localhost|127\.0\.0\.1)(:|\/|$)/.test(given.PORTAL_URL)) {
    fault('PORTAL_URL', 'This must be https, or cookies could be read on the way.')
  }
  if (given.OIDC_ISSUER && !/^https:|^http:\/\/(localhost|127\.0\.0\.1)(:|\/|$)/.test(given.OIDC_ISSUER)) {
    fault('OIDC_ISSUER', 'This must be https.')
  }
  if (!given.GROUP_ROLES) fault('GROUP_ROLES', 'This is missing: without it nobody is a platform admin.')
  return faults
}

function productionFaults(settings: z.output<typeof Settings>) {
  const { MODELYARD_MODE, PORTAL_URL, OIDC_ISSUER, SESSION_SECRET, GROUP_ROLES } = settings
  return productionFaultsOf({
    MODELYARD_MODE,
    PORTAL_URL,
    OIDC_ISSUER,
    SESSION_SECRET,
    GROUP_ROLES: GROUP_ROLES ? 'given' : undefined,
  })
}

/** The values that must appear nowhere: for the log's last net. */
export function secretsOf(config: Config): string[] {
  const database = new URL(config.DATABASE_URL)
  const values = secretSettings.filter((name) => name !== 'DATABASE_URL').map((name) => config[name])
  return [...values, decodeURIComponent(database.password)].filter((value): value is string => Boolean(value))
}

/** Every setting with its meaning and default, as the schema says. */
export function describeSettings(): {
  name: string
  meaning: string
  byDefault: string | undefined
  required: boolean
}[] {
  return Object.entries(Settings.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined)
    const byDefault = parsed.success && parsed.data !== undefined ? String(parsed.data) : undefined
    return { name, meaning: schema.description ?? '', byDefault, required: !parsed.success }
  })
}
