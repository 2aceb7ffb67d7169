import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readBody } from '#sandbox/process/http-body.ts'
import { Faults } from './faults.ts'
import type { UserStore } from './people/user-store.ts'
import { IdentityUser } from './people/users.ts'

const NewUser = IdentityUser.extend({
  subject: IdentityUser.shape.subject.optional(),
  password: IdentityUser.shape.password.default('modelyard'),
  groups: IdentityUser.shape.groups.default([]),
})
const UserChange = IdentityUser.partial().omit({ username: true, subject: true })
const Rotation = z.object({ dropOld: z.boolean().default(false) })

type Parts = {
  token: string
  users: UserStore
  setFaults: (faults: Faults) => void
  faults: () => Faults
  rotate: (dropOld: boolean) => Promise<void>
}

/**
 * What tests may change while the provider runs: POST /sandbox/users, PATCH /sandbox/users/<name>,
 * PUT /sandbox/faults, POST /sandbox/rotate-keys. The bearer token keeps web pages and neighbours out.
 */
export async function handleAdmin(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(body))
  }
  if (request.headers.authorization !== `Bearer ${parts.token}`) {
    return answer(401, { message: 'Send the admin token: Authorization: Bearer <token>' })
  }
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const text = (await readBody(request, 1_000_000)).toString('utf8')
    const body: unknown = text === '' ? {} : JSON.parse(text)
    const route = `${request.method} ${pathname}`
    const [, name] = /^PATCH \/sandbox\/users\/([^/]+)$/.exec(route) ?? []

    if (route === 'POST /sandbox/users') {
      const given = NewUser.parse(body)
      if (parts.users.byName(given.username)) return answer(409, { message: `${given.username} exists already` })
      const user = { ...given, subject: given.subject ?? `user-${given.username}` }
      parts.users.put(user)
      return answer(201, user)
    }
    if (name !== undefined) {
      const user = parts.users.byName(decodeURIComponent(name))
      if (!user) return answer(404, { message: `There is no user ${decodeURIComponent(name)}` })
      const changed = { ...user, ...UserChange.parse(body) }
      parts.users.put(changed)
      return answer(200, changed)
    }
    if (route === 'GET /sandbox/faults') return answer(200, parts.faults())
    if (route === 'PUT /sandbox/faults') {
      parts.setFaults(Faults.parse(body))
      return answer(200, parts.faults())
    }
    if (route === 'POST /sandbox/rotate-keys') {
      await parts.rotate(Rotation.parse(body).dropOld)
      return answer(200, { rotated: true })
    }
    return answer(404, { message: 'Not found' })
  } catch (error) {
    if (error instanceof z.ZodError) return answer(422, { message: z.prettifyError(error) })
    if (error instanceof SyntaxError || error instanceof URIError) return answer(400, { message: error.message })
    throw error
  }
}
