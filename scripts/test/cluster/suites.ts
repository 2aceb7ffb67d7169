// What runs on the real control plane: the contract suites, and the golden path in the browser.
import { add, type Counts } from '../counts.ts'
import { runEndToEndTests } from '../end-to-end.ts'
import { interrupted, run, tookTooLong } from '../run.ts'
import { runClusterTests } from '../unit.ts'

const obtainMinutes = 40

const goldenPath = [
  'tests/as-member/gets-a-namespace',
  'tests/as-member/ships-a-model',
  'tests/as-member/finds-it-in-the-cluster',
  'tests/as-reviewer/decides',
]

/** Makes the binaries ready. Returns why that could not be done. */
export async function obtainBinaries(): Promise<string | undefined> {
  console.error('\n… Binaries of the real control plane')
  let last = ''
  const onLine = (line: string) => {
    last = line
    console.error(line)
  }
  const code = await run('scripts/tools/real-cluster.ts', ['--for-suites'], { onLine, limitMinutes: obtainMinutes })
  if (code === 0) return undefined
  return code === tookTooLong ? `the binaries were not ready after ${obtainMinutes} minutes` : last || `code ${code}`
}

/** `only` narrows the contract suites to files whose path contains one of the words, and leaves out the browser. */
export async function runOnRealCluster(only: string[] = []): Promise<Counts> {
  const contracts = await runClusterTests(only)
  if (only.length > 0 || interrupted()) return contracts
  const stories = await runEndToEndTests({
    title: 'The golden path on the real control plane and Argo CD',
    home: 'e2e-real',
    demo: ['--real'],
    playwright: ['--project=portal', ...goldenPath],
    // Argo CD notices some things by looking every few seconds, where the sandbox is told.
    patience: 4,
  })
  return add(contracts, stories)
}
