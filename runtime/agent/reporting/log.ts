export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/** One JSON object a line on stderr; stdout carries the ready line only. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Fields) => void

export const jsonLog: Log = (level, message, fields = {}) => {
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, component: 'agent', message, ...fields })}\n`,
  )
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
