/**
 * The issuer's keys, from an address or a file, read again when they are old, when a token names one that is not there,
 * and never more often than that asks for. An issuer that cannot be reached costs no token whose key is known.
 */
import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'

export interface KeySetTimes {
  /** Keys older than this are read again; what has been taken away from the set is honoured no longer than that. */
  freshMilliseconds: number
  /** The least between two readings, however many unknown keys are named. */
  pauseMilliseconds: number
}

export const keySetTimes: KeySetTimes = { freshMilliseconds: 300_000, pauseMilliseconds: 10_000 }

const FIRST_PAUSE = 1000
const TIMEOUT = 5000
const MAX_BYTES = 1_048_576

/** Nothing is wrong with the token, as far as anybody here can tell. */
export class KeysUnavailable extends Error {}

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

const download = async (url: string): Promise<string> => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`)
  }
  return text
}

const read = (source: string): Promise<string> =>
  /^https?:/.test(source) ? download(source) : readFile(source, 'utf8')

/** Why the keys cannot be had now; nothing when they can. */
export const faultOfKeys = async (source: string): Promise<string | undefined> => {
  try {
    Keys.parse(JSON.parse(await read(source)))
    return undefined
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return cause instanceof Error ? cause.message : String(cause)
  }
}

export interface KeySet {
  key: JWTVerifyGetKey
  /** Starts to read the keys again when they are old. */
  refresh: () => void
}

export const keySet = (source: string, onChange: () => void, times = keySetTimes): KeySet => {
  let keys: JWTVerifyGetKey | undefined
  let text = ''
  let readAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let fault = ''
  let reading: Promise<void> | undefined

  const load = async (): Promise<void> => {
    triedAt = performance.now()
    try {
      const found = await read(source)
      if (found !== text) {
        keys = createLocalJWKSet(Keys.parse(JSON.parse(found)))
        text = found
        onChange()
      }
      readAt = performance.now()
      fault = ''
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error)
    }
  }

  const again = (pause: number): Promise<void> | undefined => {
    if (!reading && performance.now() - triedAt < pause) return undefined
    reading ??= load().finally(() => {
      reading = undefined
    })
    return reading
  }

  return {
    refresh: () => {
      if (performance.now() - readAt > times.freshMilliseconds) void again(times.pauseMilliseconds)
    },
    key: async (header, token) => {
      if (!keys) await again(Math.min(FIRST_PAUSE, times.pauseMilliseconds))
      if (!keys) throw new KeysUnavailable(fault)
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        // The issuer may have begun to sign with a new key.
        await again(times.pauseMilliseconds)
        return await keys(header, token)
      }
    },
  }
}
