import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSpool, spoolOf, tidySpool } from './spool.ts'

const place = { bucket: 'models', prefix: '', region: undefined, endpoint: undefined, pathStyle: false }

describe('where files lie while they are taken in', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spool-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is for its owner alone, and the same after a restart', async () => {
    const spool = join(folder, 'incoming')
    await openSpool(spool)
    await openSpool(spool)
    expect(statSync(spool).mode & 0o777).toBe(0o700)
    expect(spoolOf(place)).toBe(spoolOf({ ...place }))
    expect(spoolOf(place)).not.toBe(spoolOf({ ...place, bucket: 'others' }))
  })

  it('is refused when others may enter it, or when somebody put a link there', async () => {
    const open = join(folder, 'open')
    mkdirSync(open)
    chmodSync(open, 0o755)
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o700 })
    symlinkSync(elsewhere, join(folder, 'link'))
    await expect(openSpool(open)).rejects.toThrow('others may enter it')
    await expect(openSpool(join(folder, 'link'))).rejects.toThrow('was not made by this portal')
  })

  it('loses what a crash left, and nothing that is under way', async () => {
    const spool = join(folder, 'incoming')
    await openSpool(spool)
    for (const name of ['left', 'under-way']) writeFileSync(join(spool, name), 'bytes')
    utimesSync(join(spool, 'left'), 1000, 1000)
    expect(await tidySpool(spool, new Date(Date.now() - 60_000))).toBe(1)
    expect(readdirSync(spool)).toEqual(['under-way'])
  })
})
