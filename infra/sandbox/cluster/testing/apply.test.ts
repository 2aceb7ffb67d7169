import { describe, expect, it } from 'vitest'
import { at, type JsonObject, objects } from '../json.ts'
import { configMap, deployment, newCluster, widget, widgetDefinition } from './running-cluster.ts'

const path = '/api/v1/namespaces/default/configmaps/shared'
const apply = 'application/apply-patch+yaml'
const shared = (data: JsonObject) => configMap('shared', data)

describe('server-side apply', () => {
  it('creates, and answers the same again without a new revision', async () => {
    const { api } = await newCluster()
    const made = await api('PATCH', `${path}?fieldManager=one`, shared({ a: '1' }), apply)
    expect(made.code).toBe(201)
    const again = await api('PATCH', `${path}?fieldManager=one`, shared({ a: '1' }), apply)
    expect(again).toMatchObject({ code: 200, body: made.body })
  })

  it('names the other owner of a contested field, and takes it only by force', async () => {
    const { api } = await newCluster()
    await api('PATCH', `${path}?fieldManager=one`, shared({ a: '1', b: '1' }), apply)
    const refused = await api('PATCH', `${path}?fieldManager=two`, shared({ a: '2' }), apply)
    expect(refused.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }] },
    })
    const both = await api('PATCH', `${path}?fieldManager=two`, shared({ a: '2', b: '2' }), apply)
    expect(both.body.message).toBe('Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b')
    const forced = await api('PATCH', `${path}?fieldManager=two&force=true`, shared({ a: '2' }), apply)
    expect(forced.body).toMatchObject({ data: { a: '2', b: '1' } })
    const owners = objects(at(forced.body, 'metadata', 'managedFields')).map((entry) => [entry.manager, entry.fieldsV1])
    expect(owners).toEqual([
      ['one', { 'f:data': { 'f:b': {} } }],
      ['two', { 'f:data': { 'f:a': {} } }],
    ])
  })

  it('removes what its owner no longer states, unless somebody else holds it', async () => {
    const { api } = await newCluster()
    await api('PATCH', `${path}?fieldManager=one`, shared({ a: '1', b: '1' }), apply)
    await api('PATCH', `${path}?fieldManager=two`, shared({ a: '1' }), apply)
    const { body } = await api('PATCH', `${path}?fieldManager=one`, shared({ c: '1' }), apply)
    expect(body.data).toEqual({ a: '1', c: '1' })
  })

  it('knows whose a field is after a plain edit', async () => {
    const { api } = await newCluster()
    await api('PATCH', `${path}?fieldManager=one`, shared({ a: '1' }), apply)
    await api('PATCH', `${path}?fieldManager=editor`, { data: { a: '2' } }, 'application/merge-patch+json')
    const { body } = await api('PATCH', `${path}?fieldManager=one`, shared({ a: '1' }), apply)
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "editor" using v1: .data.a')
  })

  it('joins keyed lists item by item', async () => {
    const { api } = await newCluster()
    const web = '/apis/apps/v1/namespaces/default/deployments/web'
    await api('PATCH', `${web}?fieldManager=one`, deployment('web'), apply)
    const sidecar = { containers: [{ name: 'side', image: 'registry.example/side:1' }] }
    const added = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: sidecar } },
    }
    const names = (body: JsonObject) =>
      objects(at(body, 'spec', 'template', 'spec', 'containers')).map(({ name }) => name)
    const joined = await api('PATCH', `${web}?fieldManager=two`, added, apply)
    expect(names(joined.body)).toEqual(['main', 'side'])
    const { spec: _spec, ...nothing } = added
    const left = await api('PATCH', `${web}?fieldManager=two`, nothing, apply)
    expect(names(left.body)).toEqual(['main'])
  })

  it('does the same for custom resources, by their schema', async () => {
    const { api } = await newCluster()
    await api('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgetDefinition)
    const one = '/apis/example.dev/v1alpha1/namespaces/default/widgets/one'
    await api('PATCH', `${one}?fieldManager=a`, widget('one', { size: 1, parts: [{ name: 'x', count: 1 }] }), apply)
    const { body } = await api(
      'PATCH',
      `${one}?fieldManager=b`,
      widget('one', { size: 1, parts: [{ name: 'y' }] }),
      apply,
    )
    expect(at(body, 'spec', 'parts')).toEqual([{ name: 'x', count: 1 }, { name: 'y' }])
    const unknown = await api('PATCH', `${one}?fieldManager=b`, widget('one', { size: 1, colour: 'red' }), apply)
    expect(unknown.body.message).toBe(
      'failed to create typed patch object (/one; example.dev/v1alpha1, Kind=Widget): .spec.colour: field not declared in schema',
    )
  })
})

describe('other patches', () => {
  it('merge strategically by the keys of built-in lists', async () => {
    const { api } = await newCluster()
    const web = '/apis/apps/v1/namespaces/default/deployments'
    await api('POST', web, deployment('web'))
    const strategic = (containers: JsonObject[]) =>
      api(
        'PATCH',
        `${web}/web`,
        { spec: { template: { spec: { containers } } } },
        'application/strategic-merge-patch+json',
      )
    const changed = await strategic([
      { name: 'main', image: 'registry.example/app:2' },
      { name: 'side', image: 'registry.example/side:1' },
    ])
    expect(objects(at(changed.body, 'spec', 'template', 'spec', 'containers')).map(({ image }) => image)).toEqual([
      'registry.example/app:2',
      'registry.example/side:1',
    ])
    const removed = await strategic([{ name: 'side', $patch: 'delete' }])
    expect(objects(at(removed.body, 'spec', 'template', 'spec', 'containers')).map(({ name }) => name)).toEqual([
      'main',
    ])
  })

  it('follow JSON patches, all or nothing', async () => {
    const { api } = await newCluster()
    const maps = '/api/v1/namespaces/default/configmaps'
    await api('POST', maps, configMap('a', { x: '1' }))
    const json = 'application/json-patch+json'
    const steps = [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'add', path: '/metadata/labels', value: { 'a/b': 'c' } },
      { op: 'replace', path: '/metadata/labels/a~1b', value: 'd' },
      { op: 'move', from: '/data/x', path: '/data/y' },
    ]
    const { body } = await api('PATCH', `${maps}/a`, steps, json)
    expect(body).toMatchObject({ data: { y: '1' }, metadata: { labels: { 'a/b': 'd' } } })
    const failed = await api(
      'PATCH',
      `${maps}/a`,
      [
        { op: 'remove', path: '/data/y' },
        { op: 'test', path: '/data/z', value: 1 },
      ],
      json,
    )
    expect(failed.body).toMatchObject({ code: 422, reason: 'Invalid' })
    expect((await api('GET', `${maps}/a`)).body.data).toEqual({ y: '1' })
  })
})
