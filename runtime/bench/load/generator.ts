/** The load generator's process: told by its parent whom to ask and how often. */
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { type Experience, FromGenerator, ToGenerator } from './contract.ts'
import { SteadyTarget } from './steady-target.ts'

const LAST_ANSWERS_MILLISECONDS = 5000
const PROMPT_PRIORITY = -10
const targets = new Map<string, SteadyTarget>()
let ticking: NodeJS.Timeout | undefined

const hurry = (): void => {
  try {
    setPriority(PROMPT_PRIORITY)
    // Where sessions share the cores as groups, that counts within this one's alone: it needs to come first as a group.
    writeFileSync('/proc/self/autogroup', String(PROMPT_PRIORITY))
  } catch {
    // Then it measures its own waiting too.
  }
}

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
    if (message.prompt) hurry()
    for (const wanted of message.targets) {
      const target = new SteadyTarget(wanted, performance.now())
      targets.set(wanted.name, target)
      target.begin()
    }
    ticking ??= setInterval(() => {
      for (const target of targets.values()) target.tick(performance.now())
    }, 1)
  }
})
process.on('disconnect', () => process.exit(0))
