/** One line of log on stderr; stdout belongs to the ready line. */
export const log = (message: string): void => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), message })}\n`)
}
