import { spawn } from 'node:child_process'

export interface ToolRun {
  code: number
  said: string
}

/** Runs a program to its end and keeps what it said. Never rejects: a program that is not there ends with 127. */
export function runTool(
  program: string,
  args: string[],
  { directory, env, ownGroup = false }: { directory?: string; env?: Record<string, string>; ownGroup?: boolean } = {},
): Promise<ToolRun> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...process.env, ...env },
      detached: ownGroup,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
    })
    child.stderr.on('data', (chunk) => {
      said += String(chunk)
    })
    child.on('error', (error) => resolve({ code: 127, said: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, said }))
  })
}
