import { join } from 'node:path'
import type { Part } from '../part.ts'

const script = join(import.meta.dirname, 'fake-part.ts')

export function fakePart(name: string, over: Partial<Part> & { flags?: string[] } = {}): Part {
  const { flags = [], ...rest } = over
  return {
    name,
    title: name,
    after: [],
    kind: 'service',
    make: () => ({ program: process.execPath, args: [script, '--name', name, ...flags] }),
    ...rest,
  }
}
