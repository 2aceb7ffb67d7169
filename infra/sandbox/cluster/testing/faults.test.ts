import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import { configMap, newCluster, openWatch } from './running-cluster.ts'

const maps = '/api/v1/namespaces/default/configmaps'

describe('faults for tests', () => {
  it('answer with a status as often as asked, then no more', async () => {
    const { api } = await newCluster()
    const fault = { path: '/configmaps', times: 2, effect: { kind: 'status', code: 429, retryAfterSeconds: 1 } }
    await api('POST', '/sandbox/faults', fault)
    expect((await api('GET', '/api/v1/namespaces')).code).toBe(200)
    const codes = [await api('GET', maps), await api('GET', maps), await api('GET', maps)].map(({ code }) => code)
    expect(codes).toEqual([429, 429, 200])
  })

  it('drop connections, and are taken away', async () => {
    const { api } = await newCluster()
    await api('POST', '/sandbox/faults', { method: 'GET', path: '/configmaps', effect: { kind: 'drop' } })
    await expect(api('GET', maps)).rejects.toThrow()
    await api('DELETE', '/sandbox/faults')
    expect((await api('GET', maps)).code).toBe(200)
  })

  it('delay', async () => {
    const { api } = await newCluster()
    await api('POST', '/sandbox/faults', { times: 1, path: '/configmaps', effect: { kind: 'delay', milliseconds: 60 } })
    const started = performance.now()
    await api('GET', maps)
    expect(performance.now() - started).toBeGreaterThan(55)
  })

  it('stall watches without ending them', async () => {
    const cluster = await newCluster()
    const watch = await openWatch(cluster, `${maps}?watch=true`)
    await cluster.api('POST', '/sandbox/faults', { effect: { kind: 'stall-watch', plural: 'configmaps' } })
    await cluster.api('POST', maps, configMap('unseen'))
    await cluster.api('DELETE', '/sandbox/faults')
    await cluster.api('POST', maps, configMap('seen'))
    const seen = await watch.until((event) => event.type === 'ADDED')
    expect(seen.object).toMatchObject({ metadata: { name: 'seen' } })
  })

  it('are for administrators only, and say what is wrong with them', async () => {
    const cluster = await newCluster()
    const token = cluster.addUser('viewer')
    expect((await cluster.api('GET', '/sandbox/faults', undefined, 'application/json', token)).code).toBe(403)
    const wrong: JsonObject = { effect: { kind: 'earthquake' } }
    expect((await cluster.api('POST', '/sandbox/faults', wrong)).body).toMatchObject({
      code: 400,
      reason: 'BadRequest',
    })
  })

  it('leave hostile bodies without effect', async () => {
    const { api, url, adminToken } = await newCluster()
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(new URL(maps, url), {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', ...headers },
      })
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    const proto = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"__proto__":"x"}}'
    const codes = []
    for (const body of ['', '[]', '{', 'null', deep, proto]) codes.push((await post(body)).status)
    codes.push((await post('{}', { 'content-encoding': 'gzip' })).status)
    codes.push((await post(JSON.stringify(configMap('big', { x: 'x'.repeat(4_000_000) })))).status)
    expect(codes).toEqual([400, 400, 400, 400, 400, 400, 413, 413])
    expect((await api('GET', `${maps}/%E0%A4%A`)).code).toBe(400)
    expect((await api('GET', `${maps}/..%2F..%2Fsecrets`)).code).toBe(404)
    expect((await api('GET', maps)).body.items).toEqual([])
  })
})
