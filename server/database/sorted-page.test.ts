import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortedPage } from './sorted-page.ts'

type Thing = { id: string; word: string; count: number | null }

const things = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    // Few values, so that many are equal.
    word: fc.constantFrom('', 'a', 'A', 'v2', 'v10', 'é'),
    count: fc.option(fc.integer({ min: -2, max: 2 })),
  }),
  { selector: (thing) => thing.id, maxLength: 40 },
)
const sorts = fc.constantFrom('word', '-word', 'count', '-count')
const values = { word: (thing: Thing) => thing.word, count: (thing: Thing) => thing.count }

const read = (all: Thing[], sort: string, limit: number, cursor?: string) =>
  sortedPage(all, { sort, limit, cursor }, values, (thing) => thing.id)

function* pages(all: Thing[], sort: string, limit: number) {
  let cursor: string | undefined
  do {
    const page = read(all, sort, limit, cursor)
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

describe('a list in the order that was asked for', () => {
  it('shows everything once, page after page, however many are equal', () => {
    fc.assert(
      fc.property(things, sorts, fc.integer({ min: 1, max: 7 }), (all, sort, limit) => {
        const shown = [...pages(all, sort, limit)]
        expect(shown.flat()).toEqual(read(all, sort, 1000).items)
        expect(
          shown
            .flat()
            .map((thing) => thing.id)
            .toSorted(),
        ).toEqual(all.map((thing) => thing.id).toSorted())
        expect(shown.every((page) => page.length <= limit)).toBe(true)
      }),
    )
  })

  it('turns round with a dash, but keeps what has no value last', () => {
    const all = [
      { id: 'a', word: 'v10', count: null },
      { id: 'b', word: 'v9', count: 1 },
      { id: 'c', word: 'v9', count: 2 },
    ]
    const ids = (sort: string) => read(all, sort, 10).items.map((thing) => thing.id)
    expect(ids('word')).toEqual(['b', 'c', 'a'])
    expect(ids('-word')).toEqual(['a', 'b', 'c'])
    expect(ids('count')).toEqual(['b', 'c', 'a'])
    expect(ids('-count')).toEqual(['c', 'b', 'a'])
  })

  it('neither repeats nor skips what stays while others come and go', () => {
    fc.assert(
      fc.property(things, things, sorts, (before, after, sort) => {
        const first = read(before, sort, 3)
        if (first.nextCursor === null) return
        const seen = new Set(first.items.map((thing) => thing.id))
        const known = new Map(before.map((thing) => [thing.id, thing]))
        const now = [...before.filter((_, place) => place % 2 === 0), ...after.filter((thing) => !known.has(thing.id))]
        const rest = read(now, sort, 1000, first.nextCursor).items.map((thing) => thing.id)
        const stayed = now.filter((thing) => known.has(thing.id) && !seen.has(thing.id)).map((thing) => thing.id)
        expect(rest.filter((id) => seen.has(id))).toEqual([])
        expect(stayed.filter((id) => !rest.includes(id))).toEqual([])
      }),
    )
  })

  it('refuses a cursor of another order, or one that is made up', () => {
    const all = [1, 2, 3].map((count) => ({ id: `${count}`, word: 'same', count }))
    const { nextCursor } = read(all, 'word', 1)
    expect(() => read(all, '-word', 1, nextCursor ?? '')).toThrow('another order')
    expect(() => read(all, 'word', 1, 'nonsense')).toThrow('not one of ours')
  })
})
