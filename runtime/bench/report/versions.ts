/** What was measured, by version: ours from package.json, the peers' from their requirements. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const Package = z.object({ dependencies: z.record(z.string(), z.string()) })
const root = join(import.meta.dirname, '../../..')

export const versionsOf = async (): Promise<string> => {
  const { dependencies } = Package.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const pinned = new Set<string>()
  for (const peer of ['fastapi', 'mlserver', 'bentoml']) {
    const text = await readFile(join(root, 'runtime/bench/peers', peer, 'requirements.txt'), 'utf8')
    for (const line of text.trim().split('\n')) pinned.add(line.replace('==', ' '))
  }
  return `Node ${process.version}, onnxruntime-node ${dependencies['onnxruntime-node']}; the peers: ${[...pinned].toSorted().join(', ')}.`
}
