import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findTool } from './native.ts'
import { fetchRelease } from './release.ts'

let folder: string
let server: Server
let url: string
let archive: Buffer

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modelyard-release-'))
  mkdirSync(join(folder, 'thing-1.0'))
  writeFileSync(join(folder, 'thing-1.0', 'prometheus'), '#!/bin/sh\necho thing 1.0\n')
  execFileSync('tar', ['-czf', join(folder, 'thing.tar.gz'), '-C', folder, 'thing-1.0'])
  archive = readFileSync(join(folder, 'thing.tar.gz'))
  server = createServer((request, response) => {
    if (request.url === '/thing.tar.gz') response.end(archive)
    else response.writeHead(404).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const checksum = () => createHash('sha256').update(archive).digest('hex')
const place = () => join(folder, 'tools', 'prometheus')

describe('an official release', () => {
  it('is unpacked to where tools are looked for when its checksum fits', async () => {
    const release = { url: `${url}/thing.tar.gz`, sha256: checksum() }
    expect(await fetchRelease(release, 'prometheus', place())).toBeUndefined()
    expect(execFileSync(join(place(), 'bin', 'prometheus'), { encoding: 'utf8' })).toBe('thing 1.0\n')
    expect(await findTool('prometheus', join(folder, 'tools'))).toBeDefined()
  })

  it('is refused with another checksum, and nothing of it stays', async () => {
    const release = { url: `${url}/thing.tar.gz`, sha256: '0'.repeat(64) }
    expect(await fetchRelease(release, 'prometheus', place())).toMatch(/has the checksum .* not 0000.*: not used/)
    expect(existsSync(place())).toBe(false)
    expect(existsSync(`${place()}.downloading`)).toBe(false)
  })

  it('that cannot be fetched says why', async () => {
    expect(await fetchRelease({ url: `${url}/gone`, sha256: '' }, 'prometheus', place())).toContain('answered 404')
    server.close()
    const refused = await fetchRelease({ url: 'http://127.0.0.1:1/x', sha256: '' }, 'prometheus', place())
    expect(refused).toContain('could not be fetched')
  })
})
