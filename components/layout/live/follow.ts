/**
 * An event stream that does not give up. The browser resumes one that breaks, by the last id it saw; but one that is
 * refused (too many at once, the database away) it never tries again, so that is done here, ever more slowly.
 */
type Listeners = { onMessage: (text: string) => void; onReset: () => void }

type Stream = Pick<EventSource, 'readyState' | 'close'> & {
  addEventListener(type: string, listener: (event: Event) => void): void
}

const closed = 2
const firstPause = 2000
const longestPause = 60_000

const browserStream = (url: string): Stream => new EventSource(url)

export function follow(url: string, { onMessage, onReset }: Listeners, make = browserStream): () => void {
  let pause = firstPause
  let timer: ReturnType<typeof setTimeout> | undefined
  let stream = open(false)

  function open(again: boolean): Stream {
    const opened = make(url)
    let fresh = again
    opened.addEventListener('open', () => {
      pause = firstPause
      if (fresh) onReset() // a new stream does not know what the old one has told
      fresh = false
    })
    opened.addEventListener('message', (event) => {
      if (event instanceof MessageEvent && typeof event.data === 'string') onMessage(event.data)
    })
    opened.addEventListener('reset', onReset)
    opened.addEventListener('error', () => {
      if (opened.readyState !== closed) return // the browser tries again by itself
      timer = setTimeout(() => {
        stream = open(true)
      }, pause)
      pause = Math.min(longestPause, pause * 2)
    })
    return opened
  }

  return () => {
    clearTimeout(timer)
    stream.close()
  }
}
