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
  for (const { title, script, args } of checks) {
    console.error(`\n… ${title}`)
    const code = await run(script, args)
    if (code === 0) continue
    console.error(`✗ ${title} failed, see above`)
    counts = add(counts, oneFailed)
  }
  return counts
}
