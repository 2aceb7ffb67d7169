import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createRuntime, defaultConfig } from '../runtime.ts'

it('lets go of its port and sockets when it cannot start', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'start-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const config = { ...defaultConfig(() => {}), acceptors: 1, stateFolder: join(folder, 'state') }
  const first = await createRuntime(config)
  const port = Number(new URL(first.url).port)
  await first.close()
  const models = join(folder, 'models')
  await writeFile(models, 'a file where a folder should be')
  await expect(createRuntime({ ...config, port, modelsFolder: models })).rejects.toThrow('ENOTDIR')
  const again = await createRuntime({ ...config, port })
  expect((await fetch(`${again.url}/v2/health/live`)).status).toBe(200)
  await again.close()
})
