import { spawn } from 'node:child_process'

export class GitFailure extends Error {
  readonly code: number
  readonly stderr: string
  constructor(args: readonly string[], code: number, stderr: string) {
    super(`git ${args[0]} ended with ${code}: ${stderr.trim()}`)
    this.code = code
    this.stderr = stderr
  }
}

type RunOptions = { input?: string | Uint8Array; env?: Record<string, string>; allowed?: readonly number[] }

/** Git sees nothing of the machine's own configuration, so that it behaves alike everywhere. */
export const gitEnvironment = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_ENV: process.env.NODE_ENV,
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  ...extra,
})

/** Runs git on a bare repository. Arguments never pass a shell; callers check names before they come here. */
export async function runGit(directory: string, args: readonly string[], options: RunOptions = {}) {
  const child = spawn('git', ['--git-dir', directory, ...args], { env: gitEnvironment(options.env) })
  const output: Buffer[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  // A child that ends without reading its input closes the pipe; its exit code tells what matters.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit) => resolve(exit ?? 128))
  })
  if (code !== 0 && !options.allowed?.includes(code)) {
    throw new GitFailure(args, code, Buffer.concat(errors).toString('utf8'))
  }
  return { code, output: Buffer.concat(output), text: () => Buffer.concat(output).toString('utf8') }
}
