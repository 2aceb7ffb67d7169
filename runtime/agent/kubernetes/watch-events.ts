import type { IncomingMessage } from 'node:http'
import { WatchEvent } from './objects.ts'

const MAX_LINE_BYTES = 16 * 1024 * 1024

export class StalledError extends Error {}

/**
 * The events of one open watch. A connection that has silently died looks just like a quiet one, so silence that
 * outlasts the server's bookmarks is taken for death.
 */
export async function* watchEvents(response: IncomingMessage, stallMilliseconds: number): AsyncGenerator<WatchEvent> {
  let rest = Buffer.alloc(0)
  let stalled = false
  const timer = setTimeout(() => {
    stalled = true
    response.destroy()
  }, stallMilliseconds)
  try {
    for await (const chunk of response) {
      timer.refresh()
      rest = Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const line = rest.subarray(0, end)
        rest = rest.subarray(end + 1)
        if (line.length > 0) yield WatchEvent.parse(JSON.parse(line.toString()))
      }
      if (rest.length > MAX_LINE_BYTES) throw new Error(`An event of the watch is larger than ${MAX_LINE_BYTES} bytes.`)
    }
  } catch (error) {
    if (!stalled) throw error
  } finally {
    clearTimeout(timer)
    response.destroy()
  }
  if (stalled) throw new StalledError(`The watch was silent for ${stallMilliseconds} ms.`)
}
