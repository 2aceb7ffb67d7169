import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserId } from '../../contracts/names.ts'
import { getTeam } from '../../contracts/people.ts'
import type { Actor } from '../../permissions/actor.ts'
import { testDatabase } from '../../testing/database.ts'
import { makePerson, makeTeam } from '../../testing/people.ts'
import {
  type Ask,
  newSlug,
  portalUrl,
  problemIn,
  sessionCookieName,
  startPortal,
  type TestPortal,
} from '../../testing/portal.ts'
import { createApi } from '../api.ts'
import { sessionCookie } from '../guards/session.ts'
import { handlers } from '../handlers/all.ts'

const quota = { cpu: '4', memory: '8Gi', gpu: 0, storage: '10Gi' }
const allowances = { dev: quota, staging: quota, prod: quota }

describe('the API', () => {
  const database = testDatabase()
  let portal: TestPortal
  let admin: Actor
  let maintainer: Actor
  let team: string
  beforeAll(async () => {
    portal = await startPortal(database.url)
    const { db } = portal.services
    team = await makeTeam(db)
    admin = await makePerson(db, 'Admin', { platform: ['admin'] })
    maintainer = await makePerson(db, 'Maintainer', { teams: { [team]: 'maintainer' } })
  }, 60_000)
  afterAll(() => portal.stop())

  const newTeam = (more: object = {}) => ({
    slug: newSlug(),
    name: 'A team',
    costCentre: 'CC-1',
    onCall: '#on-call',
    allowances,
    ...more,
  })
  const create = (body: unknown, headers: Record<string, string> = {}) =>
    portal.ask(admin, 'POST', '/api/v1/teams', { body, headers })
  const createRaw = (raw: BodyInit, headers: Record<string, string> = {}) =>
    portal.ask(admin, 'POST', '/api/v1/teams', { raw, headers: { 'content-type': 'application/json', ...headers } })
  const codeOf = async (answer: ReturnType<TestPortal['ask']>) => {
    const { status, body } = await answer
    return status < 400 ? status : [status, problemIn(await answer).code].join(' ') + (body ? '' : ' without a body')
  }

  describe('tells an error', () => {
    it('with every faulty field at once, what happened and what to do', async () => {
      const answer = await create({
        slug: 'Not A Slug',
        name: '',
        costCentre: '=1',
        allowances: { dev: quota },
        extra: 1,
      })
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      const problem = problemIn(answer)
      expect(problem).toMatchObject({
        status: 422,
        code: 'invalid_input',
        requestId: answer.headers.get('x-request-id'),
      })
      expect(problem.fields?.map((each) => each.field).sort()).toEqual(
        ['allowances.prod', 'allowances.staging', 'costCentre', 'extra', 'name', 'onCall', 'slug'].sort(),
      )
      for (const { message } of problem.fields ?? []) expect(message).toMatch(/^[A-Z].*\.$/)
    })

    it('by the id that came with the request, if it is a decent one', async () => {
      const asked = async (id: string) =>
        (await portal.ask(null, 'GET', '/api/v1/me', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
      expect(await asked('trace-0123456789')).toBe('trace-0123456789')
      expect(await asked('<script>alert(1)</script>')).toMatch(/^[0-9a-f-]{36}$/)
    })

    it('nobody foresaw by its id alone', async () => {
      const { db } = portal.services
      const row = await db.team.create({
        data: { slug: newSlug(), name: 'Broken', costCentre: 'x', onCall: 'x', allowances: { dev: 'secret-nonsense' } },
      })
      const answer = await portal.ask(admin, 'GET', `/api/v1/teams/${row.slug}`)
      await db.team.delete({ where: { id: row.id } })
      expect(problemIn(answer)).toMatchObject({ code: 'internal', status: 500 })
      expect(answer.text).not.toMatch(/secret-nonsense|at .*\.ts|Zod/)
    })
  })

  describe('lets in', () => {
    it('nobody without a session, with a faulty one, or with a token in the address', async () => {
      const as = (headers: Record<string, string>, query = '') =>
        codeOf(portal.ask(null, 'GET', `/api/v1/teams${query}`, { headers }))
      const cookie = sessionCookieName(portal)
      const { body } = await portal.ask(maintainer, 'POST', '/api/v1/me/tokens', {
        body: { name: 'CI', scopes: ['read'] },
      })
      const secret = String(Reflect.get(Object(body), 'secret'))
      expect(await as({})).toBe('401 unauthenticated')
      expect(await as({ cookie: `${cookie}=nonsense` })).toBe('401 unauthenticated')
      expect(await as({ cookie: `${cookie}=` })).toBe('401 unauthenticated')
      expect(await as({ authorization: 'Bearer nonsense' })).toBe('401 unauthenticated')
      expect(await as({ authorization: `Basic ${secret}` })).toBe('401 unauthenticated')
      expect(await as({}, `?access_token=${secret}&token=${secret}`)).toBe('401 unauthenticated')
      expect(await codeOf(portal.ask(secret, 'GET', '/api/v1/teams'))).toBe(200)
    })

    it('a token for what it was made for', async () => {
      const { body } = await portal.ask(maintainer, 'POST', '/api/v1/me/tokens', {
        body: { name: 'CI', scopes: ['read'] },
      })
      const secret = String(Reflect.get(Object(body), 'secret'))
      const change = { body: { name: 'Renamed' }, headers: { 'if-match': '"1"' } }
      expect(await codeOf(portal.ask(secret, 'PATCH', `/api/v1/teams/${team}`, change))).toBe('403 forbidden')
    })

    it.each([
      ['no origin', { origin: '' }],
      ['a foreign origin', { origin: 'https://evil.example' }],
      ['a look-alike origin', { origin: `${portalUrl}.evil.example` }],
      ['an opaque origin', { origin: 'null' }],
      ['another scheme', { origin: portalUrl.replace('https', 'http') }],
      ['a form on another site', { origin: portalUrl, 'sec-fetch-site': 'cross-site' }],
      ['a neighbouring site', { origin: portalUrl, 'sec-fetch-site': 'same-site' }],
    ])('no change with a cookie and %s', async (_, headers) => {
      expect(await codeOf(create(newTeam(), headers))).toBe('403 foreign_origin')
    })
  })

  describe('refuses a body', () => {
    const slug = newSlug()
    const good = JSON.stringify(newTeam({ slug }))
    it.each<[string, () => Promise<unknown>, string]>([
      [
        'of another type',
        () => codeOf(createRaw(good, { 'content-type': 'text/plain' })),
        '415 unsupported_media_type',
      ],
      [
        'from a form',
        () => codeOf(createRaw('a=b', { 'content-type': 'application/x-www-form-urlencoded' })),
        '415 unsupported_media_type',
      ],
      [
        'that is compressed',
        () => codeOf(createRaw(gzipSync(Buffer.alloc(1e6)), { 'content-encoding': 'gzip' })),
        '415 unsupported_media_type',
      ],
      ['that is too large', () => codeOf(createRaw(`"${'a'.repeat(2 ** 20)}"`)), '413 payload_too_large'],
      [
        'that says it is too large',
        () => codeOf(createRaw(good, { 'content-length': '99999999999' })),
        '413 payload_too_large',
      ],
      ['that is not UTF-8', () => codeOf(createRaw(new Uint8Array([0x7b, 0xff, 0x7d]))), '400 malformed_request'],
      ['that is a list', () => codeOf(create([1])), '400 malformed_request'],
      ['that is null', () => codeOf(createRaw('null')), '400 malformed_request'],
      ['with a key twice', () => codeOf(createRaw(good.replace('{', '{"name":"a",'))), '400 malformed_request'],
    ])('%s', async (_, ask, wanted) => {
      expect(await ask()).toBe(wanted)
      expect(await portal.services.db.team.count({ where: { slug } })).toBe(0)
    })

    it('that comes in pieces without end', async () => {
      let sent = 0
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536).fill(32))
        },
      })
      expect(await codeOf(createRaw(endless))).toBe('413 payload_too_large')
      expect(sent).toBeLessThan(4 * 2 ** 20)
    })
  })

  describe('refuses a name', () => {
    it.each([
      '',
      'A',
      'a'.repeat(64),
      '-a',
      'a-',
      'a--b',
      'a.b',
      'ａ',
      'kube-system',
      'default',
      'argocd',
      '..',
      '%2e%2e',
      'a\nb',
      'a\u202eb',
      '__proto__',
      'constructor',
      'ml ',
      ' ml',
      '1a',
    ])('%j, with the field', async (slug) => {
      const answer = await create(newTeam({ slug }))
      expect(problemIn(answer)).toMatchObject({ status: 422, fields: [{ field: 'slug' }] })
    })

    it.each(['..', '%2e%2e', '%00', 'a%0ab', '%c3%28', '__proto__', "ml'--", 'ml%2f..%2fdata'])(
      'in an address: %s',
      async (name) => {
        const { status } = await portal
          .ask(admin, 'GET', `/api/v1/teams/${name}/members`)
          .catch(() => ({ status: 404 }))
        expect([400, 404, 422]).toContain(status)
      },
    )
  })

  describe('refuses an amount', () => {
    it.each([
      '1e3',
      '0.1m',
      '-1',
      '+1',
      ' 1',
      '1 Gi',
      '1GiB',
      '9223372036854775808',
      '1e400',
      'NaN',
      '0x10',
      '١',
      '',
      '4;5',
    ])('of CPU: %j', async (cpu) => {
      const answer = await create(newTeam({ allowances: { ...allowances, dev: { ...quota, cpu } } }))
      expect(problemIn(answer).fields?.map((each) => each.field)).toContain('allowances.dev.cpu')
    })
    it.each(['100m', '64', '-1Gi', '1.5', '99999999Pi', '1Gi\n', 64])('of memory: %j', async (memory) => {
      const answer = await create(newTeam({ allowances: { ...allowances, dev: { ...quota, memory } } }))
      expect(problemIn(answer).fields?.map((each) => each.field)).toContain('allowances.dev.memory')
    })
    it.each([-1, 0.5, 1e9, '4', null, true])('of GPUs: %j', async (gpu) => {
      const answer = await create(newTeam({ allowances: { ...allowances, dev: { ...quota, gpu } } }))
      expect(problemIn(answer).fields?.map((each) => each.field)).toContain('allowances.dev.gpu')
    })
  })

  it('refuses a field given twice in a query, and a cursor that is none', async () => {
    const ask = (query: string) => codeOf(portal.ask(admin, 'GET', `/api/v1/teams?${query}`))
    expect(await ask('limit=1&limit=2')).toBe('422 invalid_input')
    expect(await ask('limit=1e9')).toBe('422 invalid_input')
    expect(await ask('cursor=bm9uc2Vuc2U')).toBe('422 invalid_input')
    expect(await ask(`cursor=${Buffer.from('[{"gt":""}]').toString('base64url')}`)).toBe('422 invalid_input')
    expect(await ask('cursor=a%00')).toBe('422 invalid_input')
    expect(await ask('limit=1')).toBe(200)
    expect(await codeOf(portal.ask(admin, 'GET', '/api/v1/audit/export?actor=0%00'))).toBe('422 invalid_input')
  })

  it('refuses a body that names another team than the address', async () => {
    const other = await makeTeam(portal.services.db)
    const options: Ask = { body: { team: other, name: 'Mine now' }, headers: { 'if-match': '"1"' } }
    expect(await codeOf(portal.ask(maintainer, 'PATCH', `/api/v1/teams/${team}`, options))).toBe('422 invalid_input')
  })

  it('changes what it has shown, and nothing that has changed since', async () => {
    const slug = await makeTeam(portal.services.db)
    const path = `/api/v1/teams/${slug}`
    const etag = (await portal.ask(admin, 'GET', path)).headers.get('etag') ?? ''
    const patch = (headers: Record<string, string>) =>
      portal.ask(admin, 'PATCH', path, { body: { name: 'New name' }, headers })
    expect(await codeOf(patch({}))).toBe('428 version_required')
    expect(await codeOf(patch({ 'if-match': '*' }))).toBe('400 malformed_request')
    const changed = await patch({ 'if-match': etag })
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"'])
    expect(await codeOf(patch({ 'if-match': etag }))).toBe('412 stale_version')
  })

  describe('with an Idempotency-Key', () => {
    const key = () => `key-${newSlug()}`

    it('does a thing once, and answers the same again', async () => {
      const body = newTeam()
      const headers = { 'idempotency-key': key() }
      const first = await create(body, headers)
      const second = await create(body, headers)
      expect(second.body).toEqual(first.body)
      expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([
        null,
        'true',
      ])
    })

    it('does it once when it is sent many times at once', async () => {
      const body = newTeam()
      const headers = { 'idempotency-key': key() }
      const answers = await Promise.all(Array.from({ length: 6 }, () => create(body, headers)))
      const codes = answers.map((each) => (each.status === 201 ? 201 : problemIn(each).code))
      expect(codes.filter((each) => each === 201).length).toBeGreaterThan(0)
      expect(codes.filter((each) => each !== 201 && each !== 'conflict')).toEqual([])
      expect(await portal.services.db.team.count({ where: { slug: body.slug } })).toBe(1)
    })

    it('refuses another request by the same key, and lets a failed one be sent again', async () => {
      const headers = { 'idempotency-key': key() }
      const body = newTeam()
      expect(await codeOf(create({ ...body, slug: 'NO' }, headers))).toBe('422 invalid_input')
      expect(await codeOf(create(body, headers))).toBe(201)
      expect(await codeOf(create(newTeam(), headers))).toBe('422 idempotency_conflict')
      expect(await codeOf(create(newTeam(), { 'idempotency-key': 'short' }))).toBe('400 malformed_request')
    })

    it('keeps no secret for the second time', async () => {
      const options = { body: { name: 'CI', scopes: ['read'] }, headers: { 'idempotency-key': key() } }
      const { body } = await portal.ask(maintainer, 'POST', '/api/v1/me/tokens', options)
      const kept = JSON.stringify(await portal.services.db.idempotencyKey.findMany())
      expect(kept).not.toContain(String(Reflect.get(Object(body), 'secret')).slice(-20))
    })
  })

  it('answers a page the same way, without HTTP', async () => {
    const api = createApi(portal.services, handlers)
    const user = await portal.services.db.user.findUniqueOrThrow({ where: { id: maintainer.userId ?? '' } })
    const claims = {
      userId: UserId.parse(user.id),
      sessionVersion: user.sessionVersion,
      signedInAt: Math.floor(Date.now() / 1000),
    }
    const cookie = (await sessionCookie(claims, portal.services.config)).split(';')[0] ?? ''
    const as = (headers: HeadersInit, slug: string) => api.call(getTeam, { team: slug }, new Headers(headers))
    expect(await as({ cookie }, team)).toMatchObject({ slug: team })
    await expect(as({ cookie }, await makeTeam(portal.services.db))).rejects.toMatchObject({ code: 'not_found' })
    await expect(as({ cookie }, 'NO')).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(as({}, team)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('exports the audit as a file', async () => {
    const answer = await portal.ask(admin, 'GET', `/api/v1/audit/export?format=ndjson&team=${team}`)
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.ndjson"')
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
  })
})
