import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classifier, depthToSpace, identity, perceptron } from '../testing/models.ts'
import { startTestRuntime, type TestRuntime } from '../testing/start-runtime.ts'
import { until } from '../testing/until.ts'

let runtime: TestRuntime

beforeAll(async () => {
  runtime = await startTestRuntime({}, true)
}, 120_000)

afterAll(() => runtime.close())

const ask = (name: string, headers = {}) =>
  runtime.infer(name, { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [0.2, 0.8] }] }, headers)

const versionsOf = async (name: string, count: number, headers = {}) => {
  const answers = await Promise.all(Array.from({ length: count }, () => ask(name, headers)))
  expect(answers.every((each) => each.status === 200)).toBe(true)
  return answers.map((each) => String(each.body.model_version))
}

const routed = (name: string, version: string) =>
  until(`${name} ${version} answers`, async () => {
    await runtime.settled(name)
    const { status } = await fetch(`${runtime.url}/v2/models/${name}/versions/${version}/ready`)
    return status === 200
  })

describe('weighted versions', () => {
  it('share the traffic, stick to a key, and can be named', async () => {
    await runtime.put('canary', [
      { bytes: classifier(), weight: 75 },
      { bytes: classifier({ x: '2' }), weight: 25 },
    ])
    await routed('canary', '1')
    await routed('canary', '2')
    const versions = await versionsOf('canary', 400)
    const second = versions.filter((each) => each === '2').length
    expect(second).toBeGreaterThan(50)
    expect(second).toBeLessThan(150)
    expect(new Set(await versionsOf('canary', 20, { 'x-sticky-key': 'customer-7' })).size).toBe(1)
    const named = await fetch(`${runtime.url}/v2/models/canary/versions/2`)
    expect(named.status).toBe(200)
    const text = await runtime.metrics()
    expect(text).toMatch(/http_requests_total\{tenant="ml",model="canary",version="2",code="200"\} \d+/)
    expect(text).toMatch(/predictions_total\{tenant="ml",model="canary",version="1",label="yes"\} \d+/)
  })

  it('lose no request when one of them cannot be loaded', async () => {
    await runtime.put('half', [
      { bytes: classifier(), weight: 50 },
      { bytes: depthToSpace(4294967296n), weight: 50 },
    ])
    await routed('half', '1')
    expect(new Set(await versionsOf('half', 50))).toEqual(new Set(['1']))
    expect((await runtime.settled('half')).state).toBe('Failed')
  })

  it('are compared with a shadow, whose answers nobody sees', async () => {
    await runtime.put('shadowed', [{ bytes: classifier() }, { bytes: classifier({ v: '2' }), shadow: true }])
    await routed('shadowed', '1')
    await routed('shadowed', '2')
    expect(new Set(await versionsOf('shadowed', 20))).toEqual(new Set(['1']))
    await until('answers are compared', async () => {
      const compared = /shadow_compared_total\{[^}]*version="2"\} (\d+)/.exec(await runtime.metrics())
      return Number(compared?.[1] ?? 0) > 0
    })
    expect(await runtime.metrics()).toMatch(/shadow_differed_total\{[^}]*version="2"\} 0/)
  })
})

describe('a change of version', () => {
  it('costs no request, and the old one goes', async () => {
    await runtime.put('changing', [{ bytes: classifier(), version: 'a' }])
    await routed('changing', 'a')
    const seen: string[] = []
    let stop = false
    const traffic = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!stop) {
          const { status, body } = await ask('changing')
          seen.push(status === 200 ? String(body.model_version) : `${status}: ${JSON.stringify(body)}`)
        }
      }),
    )
    await runtime.put('changing', [{ bytes: classifier({ big: 'x'.repeat(1000) }), version: 'b' }])
    await until('b answers', () => seen.at(-1) === 'b')
    stop = true
    await traffic
    expect(new Set(seen)).toEqual(new Set(['a', 'b']))
    expect((await fetch(`${runtime.url}/v2/models/changing/versions/a/ready`)).status).toBe(404)
  })

  it('keeps the old one answering while the new one cannot be fetched', async () => {
    await runtime.put('stuck', [{ bytes: classifier() }])
    await routed('stuck', '1')
    const wrong = `sha256:${'0'.repeat(64)}`
    await runtime.put('stuck', [{ bytes: classifier({ other: '1' }), digest: wrong }])
    const status = await runtime.settled('stuck')
    expect(status.versions[0]).toMatchObject({ state: 'Failed', message: expect.stringContaining('they are not used') })
  })

  it('is no change when the same spec is put again', async () => {
    const bytes = perceptron([4, 2])
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    await runtime.put('same', [{ bytes, digest }])
    const first = await runtime.settled('same')
    expect(first.versions[0]?.digest).toBe(digest)
    const entry = runtime.runtime.models.entries().find((each) => each.name === 'same')
    const before = entry?.loaded[0]?.key
    if (entry) runtime.runtime.models.put('same', structuredClone(entry.spec))
    expect(entry?.loaded.map((each) => each.key)).toEqual([before])
  })

  it('to nothing takes the name away', async () => {
    await runtime.put('leaving', [{ bytes: identity('float') }])
    await routed('leaving', '1')
    runtime.runtime.models.remove('leaving')
    await until('it is gone', async () => (await fetch(`${runtime.url}/v2/models/leaving`)).status === 404)
  })
})

describe('what predictions turn out to be worth', () => {
  it('becomes an F1 score by feedback, and drift against the reference profile', async () => {
    await runtime.put('watched', [{ bytes: classifier() }], {
      monitoring: { referenceProfile: { 'x[0]': { edges: [0.5], shares: [0.5, 0.5] } } },
    })
    await routed('watched', '1')
    for (let at = 0; at < 40; at++) {
      const sure = at % 2
      await runtime.infer('watched', {
        id: `r${at}`,
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1 - sure, sure] }],
      })
      const response = await fetch(`${runtime.url}/v2/models/watched/feedback`, {
        method: 'POST',
        body: JSON.stringify({ id: `r${at}`, label: sure ? 'yes' : 'no' }),
      })
      expect(response.status).toBe(200)
    }
    const text = await runtime.metrics()
    expect(text).toContain('model_f1_score{tenant="ml",model="watched",version="1"} 1')
    expect(text).toMatch(/data_drift_score\{[^}]*feature="x\[0\]"\} 0(\.0\d*)?\n/)
    const unknown = await fetch(`${runtime.url}/v2/models/watched/feedback`, {
      method: 'POST',
      body: '{"id":"never","label":"no"}',
    })
    expect(unknown.status).toBe(404)
  })
})
