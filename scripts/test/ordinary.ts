import { checkFirstLoad, runChecks } from './checks.ts'
import { add, type Counts, nothing } from './counts.ts'
import { runEndToEndTests } from './end-to-end.ts'
import { interrupted } from './run.ts'
import { runUnitTests } from './unit.ts'

// The end-to-end tests build the portal, so what it weighs is looked at after them.
const stages = [runChecks, () => runUnitTests(), () => runEndToEndTests(), checkFirstLoad]

/** What needs no more than Node, git and a browser. */
export async function runOrdinaryTests(): Promise<Counts> {
  let total: Counts = nothing
  for (const stage of stages) {
    if (!interrupted()) total = add(total, await stage())
  }
  return total
}
