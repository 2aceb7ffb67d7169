// Who a bearer token belongs to: the static table `token,user,uid,"group1,group2"`, read again when it changes, or a
// service account's signed token.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { User } from './authorizer.ts'

const Claims = z.object({
  sub: z.string(),
  exp: z.number(),
  uid: z.string(),
  aud: z.array(z.string()),
})
export type Claims = z.infer<typeof Claims>

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export class TokenTable {
  readonly adminToken: string
  readonly #path: string
  readonly #key: Buffer
  #readAt = 0
  #users = new Map<string, User>()

  constructor(directory: string) {
    this.#path = join(directory, 'tokens.csv')
    const keyPath = join(directory, 'service-account.key')
    if (!existsSync(this.#path)) {
      writeFileSync(this.#path, `${randomBytes(24).toString('hex')},admin,admin,"system:masters"\n`, { mode: 0o600 })
    }
    if (!existsSync(keyPath)) writeFileSync(keyPath, randomBytes(32), { mode: 0o600 })
    this.#key = readFileSync(keyPath)
    this.#refresh()
    const admin = [...this.#users].find(([, user]) => user.groups.includes('system:masters'))
    if (!admin)
      throw new Error(`${this.#path} names no user of the group system:masters; delete the file to have one made`)
    this.adminToken = admin[0]
  }

  find(token: string): User | undefined {
    this.#refresh()
    return this.#users.get(token)
  }

  sign(claims: Claims): string {
    const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: 'modelyard-sandbox', ...claims })}`
    return `${body}.${this.#signature(body)}`
  }

  verify(token: string): Claims | undefined {
    const cut = token.lastIndexOf('.')
    const [, payload, signature] = token.split('.')
    if (!payload || !signature) return undefined
    const wanted = Buffer.from(this.#signature(token.slice(0, cut)))
    const given = Buffer.from(signature)
    if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return undefined
    const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString())).data
    return claims && claims.exp * 1000 > Date.now() ? claims : undefined
  }

  #signature(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url')
  }

  #refresh(): void {
    const modified = statSync(this.#path).mtimeMs
    if (modified === this.#readAt) return
    this.#readAt = modified
    const lines = readFileSync(this.#path, 'utf8').split('\n')
    this.#users = new Map(lines.flatMap((line) => parseLine(line) ?? []))
  }
}

function parseLine(line: string): [string, User][] {
  const [, token, name, uid, quoted, bare] = /^([^,]+),([^,]+),([^,]*)(?:,(?:"([^"]*)"|([^,]*)))?\s*$/.exec(line) ?? []
  if (!token || !name) return []
  const groups = (quoted ?? bare ?? '').split(',').filter((group) => group !== '')
  return [[token.trim(), { name: name.trim(), uid: uid ?? '', groups }]]
}
