import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { objectStoreContract } from '../../ports/object-store.contract.ts'
import { createFileStore } from './files.ts'

describe('the object store in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-store-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const store = createFileStore(folder)

  objectStoreContract(() => store)

  it('leaves nothing half-written behind', async () => {
    await store.put(Readable.from([Buffer.from('whole')]), { maxBytes: 100 })
    await store.put(Readable.from([Buffer.from('too large')]), { maxBytes: 1 }).catch(() => undefined) // refused
    expect(readdirSync(join(folder, 'incoming'))).toEqual([])
  })

  it('says when it can be written to', async () => {
    expect(await store.probe()).toEqual({ version: 'files' })
  })
})
