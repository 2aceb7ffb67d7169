import { IconPoint } from '@tabler/icons-react'
import { describe, expect, it } from 'vitest'
import { requestEvents } from '#server/contracts/requests/life.ts'
import { signOf } from './timeline-signs.ts'

describe('the signs of the timeline', () => {
  it.each(['submitted', ...requestEvents])('know the event %s', (event) => {
    expect(signOf(event).icon).not.toBe(IconPoint)
  })

  it('show a plain point for an event from elsewhere', () => {
    expect(signOf('constructor')).toEqual({ icon: IconPoint })
  })
})
