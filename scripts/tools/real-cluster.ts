// Makes everything ready that a real control plane needs, telling how far it is. Its last line says why it could not.
import { lacking, obtain } from '../../infra/sandbox/real/binaries/obtain.ts'
import { installWithoutService, isDebian } from './debian.ts'

/** Throws with the reason when something cannot be had. */
export async function provideRealCluster(tell: (line: string) => void): Promise<void> {
  const { system } = await lacking()
  for (const { name, hint, debian } of system) {
    const reason = debian && isDebian() ? await installWithoutService(debian, tell) : hint
    if (reason) throw new Error(`${name} is not installed (${reason})`)
  }
  await obtain(tell)
}

if (import.meta.main) {
  try {
    await provideRealCluster((line) => console.log(line))
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
