import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { temporaryFor } from '../temporary.ts'
import { identity, loop } from '../testing/models.ts'
import { endQuietly, startProcess, ticksOf, workingIn } from '../testing/processes.ts'
import { until } from '../testing/until.ts'

const folderFor = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'temporary-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const Place = z.object({ folder: z.string(), pid: z.number(), started: z.string() })
const placeIn = async (state: string) => Place.parse(JSON.parse(await readFile(join(state, 'temporary.json'), 'utf8')))
/** Begins again with the same state each time. */
const serving = async (folder: string, model: Uint8Array) => {
  await mkdir(join(folder, 'models', 'served', '1'), { recursive: true })
  await writeFile(join(folder, 'models', 'served', '1', 'model.onnx'), model)
  const state = join(folder, 'state')
  const begin = async () => {
    const running = await startProcess('main.ts', ['--state', state, '--models', join(folder, 'models')])
    onTestFinished(() => running.kill('SIGKILL'))
    await until('it is ready', async () => (await fetch(`${running.url}/ready`)).status === 200, 30_000)
    return { running, place: (await placeIn(state)).folder }
  }
  return { state, begin }
}

const write = (state: string, place: object) => writeFile(join(state, 'temporary.json'), JSON.stringify(place))

describe('what a runtime keeps outside of its state', () => {
  it('goes with it, or when it was killed, with the next one', { timeout: 60_000 }, async () => {
    const folder = await folderFor()
    const { state, begin } = await serving(folder, identity('float'))
    const first = await begin()
    expect((await readdir(first.place)).map((name) => name.slice(0, 17))).toEqual(['modelyard-engine-'])
    await first.running.kill('SIGKILL')
    expect(existsSync(first.place)).toBe(true)
    const second = await begin()
    expect(existsSync(first.place)).toBe(false)
    await second.running.kill('SIGTERM')
    expect(existsSync(second.place)).toBe(false)
    expect(await readdir(state)).not.toContain('temporary.json')
  })

  it.runIf(process.platform === 'linux')(
    'is no shelter for an engine within a run that never ends',
    { timeout: 60_000 },
    async () => {
      const folder = await folderFor()
      const { begin } = await serving(folder, loop())
      const first = await begin()
      const [engine] = await workingIn(first.place)
      if (engine === undefined) throw new Error('there is an engine')
      onTestFinished(() => endQuietly(engine))
      const inputs = [
        { name: 'times', datatype: 'INT64', shape: [], data: [1e15] },
        { name: 'x', datatype: 'FP32', shape: [1], data: [1] },
      ]
      const before = await ticksOf(engine)
      const lost = fetch(`${first.running.url}/v2/models/served/infer`, {
        method: 'POST',
        body: JSON.stringify({ inputs }),
      })
      lost.catch(() => {}) // its server is killed
      await until('it runs', async () => (await ticksOf(engine)) > before + 20)
      await first.running.kill('SIGKILL')
      await begin()
      await until('the engine is gone', () => !existsSync(`/proc/${engine}/cwd`))
    },
  )

  it('is left alone when its process lives, or when it has another name', async () => {
    const [state, folder] = [await folderFor(), await folderFor()]
    const own = temporaryFor(state)
    const place = await placeIn(state)
    const next = temporaryFor(state)
    expect(existsSync(own.folder)).toBe(true)

    await write(state, { ...place, started: 'another time' })
    const last = temporaryFor(state)
    expect(existsSync(own.folder)).toBe(false)

    await write(state, { folder, pid: place.pid, started: 'another time' })
    temporaryFor(state).remove()
    expect(existsSync(folder)).toBe(true)
    for (const each of [own, next, last]) each.remove()
    expect(await readdir(state)).toEqual([])
  })

  it('is made anew when nobody can read where it was', async () => {
    const state = await folderFor()
    await writeFile(join(state, 'temporary.json'), '{"folder":')
    const made = temporaryFor(state)
    expect(await readdir(made.folder)).toEqual([])
    made.remove()
  })
})
