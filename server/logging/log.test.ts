import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

function logged(write: (log: ReturnType<typeof createLog>) => void, mask: string[] = []): string {
  const lines: string[] = []
  write(createLog({ to: { write: (line: string) => lines.push(line) }, mask }))
  return lines.join('')
}

describe('the log', () => {
  it('is one JSON line an event, with time and level in words', () => {
    expect(JSON.parse(logged((log) => log.info({ team: 'ml' }, 'Something happened')))).toMatchObject({
      level: 'info',
      part: 'portal',
      team: 'ml',
      msg: 'Something happened',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  it('keeps back what is named like a secret, however deep', () => {
    const text = logged((log) =>
      log.info({
        password: 'hunter2',
        headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' },
        a: { b: { idToken: 'hunter2' } },
      }),
    )
    expect(text).not.toContain('hunter2')
  })

  it('keeps back the configured secrets wherever they turn up', () => {
    const secret = 'correct-horse-battery'
    const text = logged(
      (log) => log.error({ err: new Error(`cannot reach postgresql://portal:${secret}@db`) }, `tried ${secret}`),
      [secret, ''],
    )
    expect(text).not.toContain(secret)
    expect(text).toContain('[redacted]')
  })
})
