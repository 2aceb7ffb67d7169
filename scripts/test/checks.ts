import { add, type Counts, nothing, oneFailed } from './counts.ts'
import { program, run } from './run.ts'

interface Check {
  title: string
  script: string
  args: string[]
}

const checks: Check[] = [
  { title: 'Format and lint', script: program('@biomejs/biome', 'bin/biome'), args: ['ci', '.'] },
  { title: 'Boundaries', script: 'scripts/checks/boundaries.ts', args: [] },
  { title: 'Route types', script: program('next', 'dist/bin/next'), args: ['typegen'] },
  { title: 'Types', script: program('typescript', 'bin/tsc'), args: ['-p', '.'] },
]

/** What needs no test to be seen. Each check that fails counts as one failure. */
export async function runChecks(): Promise<Counts> {
  let counts = nothing
  for (const check of checks) counts = add(counts, await runCheck(check))
  return counts
}

/** What a browser loads is known once there is a build: of these very sources, or there is nothing to say. */
export const checkFirstLoad = (): Promise<Counts> =>
  runCheck({ title: 'First load', script: 'scripts/checks/first-load.ts', args: [] })

async function runCheck({ title, script, args }: Check): Promise<Counts> {
  console.error(`\n… ${title}`)
  if ((await run(script, args)) === 0) return nothing
  console.error(`✗ ${title} failed, see above`)
  return oneFailed(`${title}, see above`)
}
