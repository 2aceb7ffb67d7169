import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { writeFileAtomically } from '#sandbox/process/atomic-file.ts'

/** Records of one kind: in memory for reading, each in a file of its own that is replaced atomically. */
export function openCollection<T extends { id: number }>(directory: string, schema: z.ZodType<T>) {
  mkdirSync(directory, { recursive: true })
  const records = new Map<number, T>()
  // A map keeps the order of insertion, which from here on is that of the ids.
  const ids = readdirSync(directory).flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []))
  for (const id of ids.sort((left, right) => left - right)) {
    records.set(id, schema.parse(JSON.parse(readFileSync(join(directory, `${id}.json`), 'utf8'))))
  }
  let lastId = ids.at(-1) ?? 0
  const put = (record: T): T => {
    writeFileAtomically(join(directory, `${record.id}.json`), JSON.stringify(record))
    records.set(record.id, record)
    return record
  }

  return {
    get: (id: number): T | undefined => records.get(id),
    find: (matches: (record: T) => boolean): T | undefined => [...records.values()].find(matches),
    filter: (matches: (record: T) => boolean): T[] => [...records.values()].filter(matches),
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
