import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { UploadId } from '../../contracts/names.ts'
import { objectStoreContract } from '../../ports/object-store/object-store.contract.ts'
import { createFileStore } from './files.ts'

describe('the object store in a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'modelyard-store-'))
  afterAll(() => rmSync(root, { recursive: true }))
  const folder = join(root, 'store')
  let full = false
  let away = false
  const write = (path: string) => (full ? fullDisk() : createWriteStream(path, { flags: 'wx' }))
  const store = createFileStore(folder, { write })

  objectStoreContract(() => ({
    store,
    everything: async () => readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(nameOfFile).sort(),
    damage: (digest, bytes) => writeFile(join(folder, 'sha256', digest), bytes),
    trouble: {
      full: async () => {
        full = true
      },
      stalled: async () => {},
      unreachable: async () => {
        away = true
        await rename(folder, join(root, 'away'))
        await writeFile(folder, 'where the folder was mounted')
      },
    },
    mended: async () => {
      full = false
      if (!away) return
      away = false
      await rm(folder)
      await rename(join(root, 'away'), folder)
    },
  }))

  it('counts no part that is gone by the time it is looked at', async () => {
    const upload = UploadId.parse(randomUUID())
    await mkdir(join(folder, 'incoming', upload), { recursive: true })
    await symlink('nowhere', join(folder, 'incoming', upload, '000001'))
    expect(await store.parts(upload)).toEqual([])
    await store.abandon(upload)
  })
})

const nameOfFile = (entry: { isFile: () => boolean; parentPath: string; name: string }) =>
  entry.isFile() ? [join(entry.parentPath, entry.name)] : []

/** As the kernel says it: an error of the write itself. */
const fullDisk = () =>
  new Writable({
    write: (_chunk, _encoding, done) =>
      done(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })),
  })
