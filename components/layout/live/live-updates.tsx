'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { z } from 'zod'
import { noteMessage } from '#components/queries/provider/live-moment.ts'
import { follow } from './follow.ts'
import { isTouched } from './topics.ts'

const Message = z.object({ topic: z.string(), key: z.string(), team: z.string().nullable() })

/**
 * One stream for the whole tab. A message only says what has changed, and the queries that show it ask again. Several
 * messages in a row are one refresh.
 */
export function LiveUpdates() {
  const client = useQueryClient()
  useEffect(() => {
    let waiting: { topic: string; team: string | null }[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      const messages = waiting
      waiting = []
      timer = undefined
      client.invalidateQueries({
        predicate: (query) => messages.some(({ topic, team }) => isTouched(query.queryKey, topic, team)),
      })
    }
    const stop = follow('/api/v1/events', {
      onMessage(text) {
        const message = Message.safeParse(parse(text))
        if (!message.success) return
        noteMessage()
        waiting.push(message.data)
        timer ??= setTimeout(refresh, 150)
      },
      // Away for too long to be told what was missed: everything on the page asks again.
      onReset: () => client.invalidateQueries(),
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [client])
  return null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // a line that is no message changes nothing
  }
}
