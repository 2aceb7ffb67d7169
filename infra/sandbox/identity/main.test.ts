import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Part, startPart, startRefused } from '#sandbox/process/testing/part.ts'
import { demoUsers } from './people/users.ts'
import { clientOptions, createBrowser, openSignIn, signIn } from './testing.ts'

const main = join(import.meta.dirname, 'main.ts')
const Ready = z.object({ ready: z.literal(true), url: z.url(), issuer: z.url() })
let state: string
let part: Part | undefined

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'identity-process-'))
})
afterEach(async () => {
  await part?.stop('SIGKILL')
  await rm(state, { recursive: true })
})

async function start(...more: string[]) {
  const { clientId, clientSecret, redirectUris } = clientOptions
  const flags = ['--state', state, '--client-id', clientId, '--client-secret', clientSecret]
  part = await startPart(main, [...flags, '--redirect-uri', redirectUris[0] ?? '', ...more])
  return Ready.parse(part.ready)
}

// Each test starts processes two or three times, which a busy machine does slowly.
describe('the process', { timeout: 60_000 }, () => {
  it('signs with the same keys after kill -9, and ends gracefully', async () => {
    const keys = async (url: string) => (await fetch(`${url}/jwks`)).text()
    const before = await keys((await start()).url)
    await part?.stop('SIGKILL')
    const { url } = await start()
    expect(await keys(url)).toBe(before)
    expect(await part?.stop('SIGTERM')).toBe(0)
  })

  it('knows the people of a file in place of the demo’s', async () => {
    const file = join(state, 'people.json')
    const somebody = { ...demoUsers[0], username: 'somebody', subject: 's-1', name: 'Somebody else' }
    await writeFile(file, JSON.stringify([somebody]))
    const { url } = await start('--users', file)
    expect(await (await openSignIn(url, createBrowser())).page.text()).not.toContain('Platform reviewer')
    expect((await signIn(url, 'somebody')).claims).toMatchObject({ sub: 's-1', name: 'Somebody else' })
  })

  it('says every flag that is missing', async () => {
    const { code, complaint } = await startRefused(main, ['--client-id', 'modelyard'])
    expect(code).toBe(2)
    for (const flag of ['--state', '--client-secret', '--redirect-uri']) expect(complaint).toContain(flag)
  })
})
