/** A Python environment with just what one of our scripts needs, made once and kept. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const cache = join(import.meta.dirname, '..', '..', '.modelyard', 'python')

export const run = (command: string, args: readonly string[], options: { quiet?: boolean } = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', options.quiet ? 'ignore' : 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const must = async (what: string, code: Promise<number>): Promise<void> => {
  if ((await code) !== 0) throw new Error(`${what} failed; Python 3.10 or newer with venv and access to PyPI is needed`)
}

/** The interpreter of an environment that has the packages of a requirements file. */
export const pythonWith = async (requirements: string): Promise<string> => {
  const wanted = await readFile(requirements)
  const home = join(cache, createHash('sha256').update(wanted).digest('hex').slice(0, 16))
  const interpreter = join(home, 'bin', 'python')
  if (await exists(join(home, 'complete'))) return interpreter
  await rm(home, { recursive: true, force: true })
  await mkdir(dirname(home), { recursive: true })
  await must('python3 -m venv', run('python3', ['-m', 'venv', home]))
  await must(
    'pip install',
    run(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
      quiet: true,
    }),
  )
  await writeFile(join(home, 'complete.new'), '')
  await rename(join(home, 'complete.new'), join(home, 'complete'))
  return interpreter
}
