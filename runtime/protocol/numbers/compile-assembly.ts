/** Makes the WebAssembly that reads numbers out of its source; `npm run runtime:assembly` puts it where it is loaded from. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

const sources = join(import.meta.dirname, 'assembly')
const flags = ['--optimizeLevel', '3', '--runtime', 'stub', '--enable', 'simd', '--noAssert', '--initialMemory', '2']

export const compileAssembly = async (): Promise<Uint8Array> => {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    ['float-run.ts', '--baseDir', sources, '--outFile', 'float-run.wasm', ...flags],
    {
      writeFile: (_name, contents) => {
        if (contents instanceof Uint8Array) binary = contents
      },
    },
  )
  if (error || !binary) throw new Error(`the assembly does not compile: ${stderr.toString()}`)
  return binary
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'float-run.wasm'), await compileAssembly())
