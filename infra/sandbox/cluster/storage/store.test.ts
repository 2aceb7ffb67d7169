import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../json.ts'
import { temporaryState } from '../testing/running-cluster.ts'
import { Journal } from './journal.ts'
import { Store } from './store.ts'

const thing = (name: string, text = ''): KubeObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name }, text })

describe('the store', () => {
  it('remembers everything across a restart that nobody prepared for', () => {
    const directory = temporaryState()
    const before = new Store(directory)
    before.put('things', 'a', thing('a', '1'))
    before.put('things', 'a', thing('a', '2'))
    before.put('things', 'b', thing('b'))
    before.remove('things', 'b')
    const after = new Store(directory)
    expect(after.list('things').map((one) => one.text)).toEqual(['2'])
    expect(after.revision).toBe(4)
    expect(after.since('things', 1)?.map(({ type, key }) => `${type} ${key}`)).toEqual([
      'MODIFIED a',
      'ADDED b',
      'DELETED b',
    ])
  })

  it('drops a last line that was cut off while it was written', () => {
    const directory = temporaryState()
    const before = new Store(directory)
    before.put('things', 'a', thing('a'))
    const whole = readFileSync(join(directory, 'log.jsonl'))
    appendFileSync(join(directory, 'log.jsonl'), whole.subarray(0, whole.length / 2))
    const after = new Store(directory)
    expect(after.keys('things')).toEqual(['a'])
    after.put('things', 'b', thing('b'))
    expect(new Store(directory).keys('things')).toEqual(['a', 'b'])
  })

  it('takes a log that was not cut after its snapshot for what it is', () => {
    const directory = temporaryState()
    const journal = new Journal(directory)
    const entry = { revision: 1, type: 'ADDED' as const, resource: 'things', key: 'a', object: thing('a', 'old') }
    journal.snapshot(2, [{ ...entry, revision: 2, object: thing('a', 'new') }])
    journal.append(entry)
    const store = new Store(directory)
    expect(store.get('things', 'a')?.text).toBe('new')
    expect(store.since('things', 1)).toBeUndefined()
  })

  it('keeps its log from growing without end', () => {
    const directory = temporaryState()
    const store = new Store(directory)
    for (let round = 0; round < 60; round++) store.put('things', 'a', thing('a', 'x'.repeat(1_000_000)))
    expect(statSync(join(directory, 'log.jsonl')).size).toBeLessThan(20_000_000)
    expect(new Store(directory).revision).toBe(60)
  })

  it('lists by prefix in the order of keys', () => {
    const store = new Store(temporaryState())
    for (const key of ['b/2', 'a/1', 'b/1', 'ba/1', 'c/1']) store.put('things', key, thing(key))
    expect(store.keys('things', 'b/')).toEqual(['b/1', 'b/2'])
  })
})
