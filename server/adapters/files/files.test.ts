import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe } from 'vitest'
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
})

const nameOfFile = (entry: { isFile: () => boolean; parentPath: string; name: string }) =>
  entry.isFile() ? [join(entry.parentPath, entry.name)] : []

/** As the kernel says it: an error of the write itself. */
const fullDisk = () =>
  new Writable({
    write: (_chunk, _encoding, done) =>
      done(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })),
  })
