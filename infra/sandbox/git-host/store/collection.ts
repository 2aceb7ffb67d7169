import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { writeFileAtomically } from '#sandbox/process/atomic-file.ts'

/** Records of one kind: in memory for reading, each in a file of its own that is replaced atomically. */
export function openCollection<T extends { id: number }>(directory: string, schema: z.ZodType<T>) {
  mkdirSync(directory, { recursive: true })
  const records = new Map<number, T>()
  const names = readdirSync(directory).filter((name) => /^\d+\.json$/.test(name))
  for (const name of names) {
    const record = schema.parse(JSON.parse(readFileSync(join(directory, name), 'utf8')))
    records.set(record.id, record)
  }
  let lastId = Math.max(0, ...records.keys())
  const inOrder = () => [...records.values()].sort((left, right) => left.id - right.id)
  const put = (record: T): T => {
    writeFileAtomically(join(directory, `${record.id}.json`), JSON.stringify(record))
    records.set(record.id, record)
    return record
  }

  return {
    get: (id: number): T | undefined => records.get(id),
    find: (matches: (record: T) => boolean): T | undefined => inOrder().find(matches),
    filter: (matches: (record: T) => boolean): T[] => inOrder().filter(matches),
    put,
    add(make: (id: number) => T): T {
      lastId += 1
      return put(make(lastId))
    },
    remove(id: number): void {
      rmSync(join(directory, `${id}.json`), { force: true })
      records.delete(id)
    },
  }
}
export type Collection<T extends { id: number }> = ReturnType<typeof openCollection<T>>
