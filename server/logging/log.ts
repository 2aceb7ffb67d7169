/** One JSON line per event on stderr; what looks like a secret never gets that far. */
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type Log = Logger

const secrets = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'clientSecret',
  'privateKey',
  'idToken',
  'accessToken',
  'refreshToken',
  'sessionSecret',
]

export function createLog(
  options: { level?: string; name?: string; to?: DestinationStream; mask?: readonly string[] } = {},
): Log {
  const mask = maskOf(options.mask ?? [])
  const to = options.to ?? destination({ dest: 2, sync: true })
  return pino(
    {
      level: options.level ?? 'info',
      base: { part: options.name ?? 'portal' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    },
    { write: (line: string) => to.write(mask(line)) },
  )
}

/** The last net: the configured secrets themselves, wherever in a line they turn up. */
function maskOf(values: readonly string[]): (line: string) => string {
  const known = values.filter((value) => value.length >= 8)
  return (line) => known.reduce((text, value) => text.replaceAll(value, '[redacted]'), line)
}
