/** Something of everything, so that made-up requests reach the inside of every endpoint. */
import { Readable } from 'node:stream'
import { createFileStore } from '../../server/adapters/files/files.ts'
import type { Config } from '../../server/config.ts'
import { TeamSlug } from '../../server/contracts/names.ts'
import { createTeam } from '../../server/contracts/people.ts'
import { createDatabase, type Database } from '../../server/database/database.ts'
import { createFoundation } from '../../server/foundation.ts'
import { sessionCookie } from '../../server/http/guards/session.ts'
import { systemActor } from '../../server/permissions/actor.ts'
import { readObjectStoreUrl } from '../../server/ports/object-store/object-store-url.ts'
import { bareSignature, reviewVerdict, settledApplication } from '../../server/testing/samples.ts'

/** The same ids stand in schemathesis.toml. */
const ids = {
  member: '00000000-0000-4000-8000-000000000001',
  request: '00000000-0000-4000-8000-000000000002',
  token: '00000000-0000-4000-8000-000000000003',
  ownToken: '00000000-0000-4000-8000-000000000004',
  upload: '00000000-0000-4000-8000-000000000005',
  uploadToStop: '00000000-0000-4000-8000-000000000006',
}
const quota = { cpu: '20', memory: '64Gi', gpu: 4, storage: '200Gi' }

/** The session of an admin who also maintains the team `ml`, as a cookie. */
export async function seed(config: Config): Promise<string> {
  const db = createDatabase(config.DATABASE_URL, { connections: 2 })
  const { people, teams } = createFoundation(config, { db })
  await teams.create(
    systemActor('test'),
    createTeam.input.parse({
      slug: TeamSlug.parse('ml'),
      name: 'Machine learning',
      costCentre: 'CC-1',
      onCall: '#on-call',
      allowances: { dev: quota, staging: quota, prod: quota },
    }),
  )
  const session = await people.signIn({
    issuer: config.OIDC_ISSUER,
    subject: 'admin',
    name: 'Admin',
    email: null,
    groups: ['platform-admins', 'team-ml-maintainers'],
  })
  await addMember(db)
  await addToken(db, ids.ownToken, session.userId, null)
  await addNamespace(db)
  await addModel(db, config, session.userId)
  await addRequest(db)
  const cookie = await sessionCookie({ ...session, signedInAt: Math.floor(Date.now() / 1000) }, config)
  await db.$disconnect()
  return cookie.split(';')[0] ?? ''
}

const teamId = async (db: Database) => (await db.team.findUniqueOrThrow({ where: { slug: 'ml' } })).id

async function addMember(db: Database): Promise<void> {
  const team = await teamId(db)
  await db.user.create({ data: { id: ids.member, issuer: 'test', subject: 'member', name: 'Member' } })
  await db.membership.create({ data: { teamId: team, userId: ids.member, role: 'member' } })
  await addToken(db, ids.token, ids.member, team)
}

async function addToken(db: Database, id: string, userId: string, teamId: string | null): Promise<void> {
  const expiresAt = new Date(Date.now() + 86_400_000)
  const data = { id, name: 'nightly', prefix: 'modelyard_abcd', hash: id, scopes: ['read'], userId, teamId, expiresAt }
  await db.apiToken.create({ data })
}

async function addNamespace(db: Database): Promise<void> {
  const amounts = { cpu: 4000, memory: 2 ** 33, gpu: 0, storage: 2 ** 33 }
  const claim = { teamSlug: 'ml', environment: 'dev', state: 'active', ...amounts }
  await db.namespaceClaim.create({ data: { name: 'ml-dev', ...claim } })
  const seen = { cluster: 'test', namespace: 'ml-dev', team: 'ml' }
  const hard = { 'requests.cpu': '4', 'requests.memory': '8Gi' }
  await db.observation.createMany({
    data: [
      {
        ...seen,
        kind: 'namespace',
        name: 'ml-dev',
        data: { phase: 'Active', environment: 'dev', terminating: false },
      },
      { ...seen, kind: 'quota', name: 'team-quota', data: { hard, used: { 'requests.cpu': '1' } } },
      { ...seen, kind: 'model', name: 'churn-risk', data: deployed },
      {
        ...seen,
        kind: 'application',
        namespace: '',
        name: 'ml-dev',
        data: settledApplication('teams/ml/dev/namespaces/ml-dev'),
      },
    ],
  })
}

const deployed = {
  environment: 'dev',
  request: null,
  generation: 1,
  spec: {
    tenant: 'ml',
    versions: [{ version: '1', modelRef: { digest: `sha256:${'a'.repeat(64)}` }, weight: 100, shadow: false }],
  },
  observedGeneration: 1,
  url: null,
  message: null,
  conditions: [
    { type: 'Ready', status: 'True', reason: 'Loaded', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
  replicas: [],
  deleting: false,
}

/** With the bytes of a version in the store, and two uploads of the admin's under way. */
async function addModel(db: Database, config: Config, userId: string): Promise<void> {
  const place = readObjectStoreUrl(config.OBJECT_STORE_URL ?? '')
  if (place.kind !== 'files') throw new Error('The seed puts its model into a folder.')
  const bytes = Readable.from([Buffer.from('the bytes of a model')])
  const { digest, sizeBytes } = await createFileStore(place.folder).put(bytes, { maxBytes: 1000 })
  const version = { version: 1, digest, sizeBytes: BigInt(sizeBytes), signature: bareSignature }
  const upload = {
    fileName: 'model.onnx',
    sizeBytes: 3n,
    partBytes: 2,
    actorKind: 'user',
    startedById: userId,
    startedBy: 'Admin',
    expiresAt: new Date(Date.now() + 86_400_000),
  }
  await db.model.create({
    data: {
      teamId: await teamId(db),
      name: 'churn-risk',
      versions: { create: version },
      uploads: {
        create: [
          { id: ids.upload, ...upload },
          { id: ids.uploadToStop, ...upload },
        ],
      },
    },
  })
}

/** In review, asked for by somebody else: it can be approved, refused, withdrawn. */
async function addRequest(db: Database): Promise<void> {
  const draft = {
    kind: 'namespace.create',
    team: 'ml',
    environment: 'staging',
    quota: { cpu: '4', memory: '8Gi', gpu: 0, storage: '10Gi' },
    reason: 'To try things',
  }
  await db.request.create({
    data: {
      id: ids.request,
      kind: draft.kind,
      title: 'Namespace ml-staging',
      teamId: await teamId(db),
      environment: draft.environment,
      namespace: 'ml-staging',
      state: 'in_review',
      draft,
      verdict: reviewVerdict,
      desired: { kind: 'namespace', quota: { cpu: 4000, memory: 2 ** 33, gpu: 0, storage: 10 * 2 ** 30 } },
      reason: draft.reason,
      requesterId: ids.member,
      branch: 'modelyard/ml-staging/00000000',
      openTarget: 'namespace:ml-staging',
      pullNumber: 1,
      headSha: 'b'.repeat(40),
      transitions: {
        create: { event: 'submitted', from: 'draft', to: 'opening', actorId: ids.member, actorName: 'Member' },
      },
    },
  })
}
