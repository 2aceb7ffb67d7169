// Makes everything ready that a real control plane needs, telling how far it is. Its last line says why it could not.
import { lacking, obtain, obtainTool } from '../../infra/sandbox/real/binaries/obtain.ts'
import { S3_SERVER } from '../../infra/sandbox/real/binaries/tools.ts'
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
    const tell = (line: string) => console.log(line)
    await provideRealCluster(tell)
    // The suites want the S3 server as well; the demo does without.
    if (process.argv.includes('--for-suites')) await obtainTool(S3_SERVER, tell)
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
