import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Counts, honest, oneFailed, vitestCounts } from './counts.ts'
import { program, run } from './run.ts'

// A test that hangs in spite of its own limit must not keep the whole run from telling how it went.
const limitMinutes = 30

/** `only` narrows them to files whose path contains one of the words. */
export const runUnitTests = (only: string[] = []): Promise<Counts> => runVitest('Unit and integration tests', only)

export const runClusterTests = (only: string[] = []): Promise<Counts> =>
  runVitest('Suites on a real control plane and Argo CD', ['--config', 'vitest.cluster.config.ts', ...only])

async function runVitest(title: string, more: string[]): Promise<Counts> {
  console.error(`\n… ${title}`)
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-vitest-'))
  const report = join(folder, 'report.json')
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...more]
    const code = await run(program('vitest', 'vitest.mjs'), args, { env: { NODE_ENV: 'test' }, limitMinutes })
    return honest(vitestCounts(readFileSync(report, 'utf8')), code)
  } catch (error) {
    console.error('The tests did not run to their end.', error)
    return oneFailed('The tests did not run to their end, see above')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
