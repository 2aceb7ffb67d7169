import { globSync } from 'node:fs'
import { type Import, readSource, type SourceFile } from './imports.ts'
import { houses, rooms } from './rooms.ts'

const longestFile = 400
const sources = '{app,cli,components,e2e,infra,runtime,scripts,server}/**/*.{ts,tsx,mjs}'
const generated = /^server\/database\/generated\/|\/node_modules\/|\.d\.m?ts$/
const test = /\.(test|contract)\.tsx?$|(^|\/)testing(\/|\.ts$)/

/** Every way in which the sources do not keep to the layout, one line each. */
export function boundaryFaults(root: string): string[] {
  const files = globSync(sources, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !generated.test(path))
    .sort()
    .map((path) => readSource(root, path))
  return [...files.flatMap(faultsOf), ...circles(files)]
}

function faultsOf(file: SourceFile): string[] {
  const faults: string[] = []
  if (file.lines > longestFile) faults.push(`${file.path} has ${file.lines} lines; ${longestFile} is the most.`)
  if (file.isBarrel) faults.push(`${file.path} only passes on what other files export. Import from those.`)
  if (!test.test(file.path)) {
    for (const each of file.imports) faults.push(...roomFault(file, each), ...doorFault(file, each))
  }
  return faults
}

function roomFault(file: SourceFile, { specifier, target }: Import): string[] {
  const from = roomOf(file.path)
  if (!from) return []
  if (target === undefined) {
    return from.without?.test(specifier) ? [`${file.path} is in ${from.name}, which does without ${specifier}.`] : []
  }
  const to = roomOf(target)
  if (to === from || (to && from.mayEnter.includes(to.name))) return []
  const may = from.mayEnter.length > 0 ? from.mayEnter.join(', ') : 'nothing'
  return [`${file.path} imports ${target} (${to?.name ?? 'no room'}). From ${from.name} one may enter: ${may}.`]
}

/** Houses talk through their doors. */
function doorFault(file: SourceFile, { target }: Import): string[] {
  if (target === undefined) return []
  for (const { files, door } of houses) {
    const there = files.exec(target)?.[1]
    const here = files.exec(file.path)?.[1]
    if (there === undefined || here === undefined || there === here) continue
    if (door === undefined) return [`${file.path} imports ${target}, of another adapter.`]
    if (door && target !== door(there)) return [`${file.path} imports ${target}. The door is ${door(there)}.`]
  }
  return []
}

const roomOf = (path: string) => rooms.find((room) => room.files.test(path))

/** Files that import one another in a circle, each circle once. */
function circles(files: SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const finished = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push(`These import one another: ${[...trail.slice(start), path].join(' → ')}`)
      return
    }
    if (finished.has(path)) return
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (target !== undefined && !typeOnly) visit(target, [...trail, path])
    }
    finished.add(path)
  }
  for (const file of files) visit(file.path, [])
  return found
}

if (import.meta.main) {
  const faults = boundaryFaults(process.cwd())
  for (const fault of faults) console.error(fault)
  console.error(faults.length > 0 ? `${faults.length} faults` : 'Every import keeps to the layout.')
  process.exitCode = faults.length > 0 ? 1 : 0
}
