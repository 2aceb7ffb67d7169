/** The load generator's process: told by its parent whom to ask and how often. */
import { setPriority } from 'node:os'
import { type Experience, FromGenerator, ToGenerator } from './contract.ts'
import { SteadyTarget } from './steady-target.ts'

const LAST_ANSWERS_MILLISECONDS = 5000
/** It stands for callers on other machines, who do not wait for a core of this one; only root may ask for that. */
const PRIORITY = -10
try {
  setPriority(PRIORITY)
} catch {
  // Then it measures its own waiting too.
}

const targets = new Map<string, SteadyTarget>()
let ticking: NodeJS.Timeout | undefined

const report = (): void => {
  const experiences: Record<string, Experience> = {}
  for (const [name, target] of targets) experiences[name] = target.take()
  process.send?.(FromGenerator.parse({ experiences }))
}

const stop = async (): Promise<void> => {
  clearInterval(ticking)
  for (const target of targets.values()) target.stop()
  const late = performance.now() + LAST_ANSWERS_MILLISECONDS
  while ([...targets.values()].some((each) => each.busy) && performance.now() < late) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  report()
  for (const target of targets.values()) target.close()
  process.disconnect?.()
}

process.on('message', (raw) => {
  const message = ToGenerator.parse(raw)
  if (message.type === 'take') report()
  else if (message.type === 'stop') void stop()
  else {
    for (const target of message.targets) targets.set(target.name, new SteadyTarget(target, performance.now()))
    ticking ??= setInterval(() => {
      for (const target of targets.values()) target.tick(performance.now())
    }, 1)
  }
})
process.on('disconnect', () => process.exit(0))
