import { describe, expect, it } from 'vitest'
import { at, objects } from '../json.ts'
import { newCluster, type TestCluster, widget, widgetDefinition } from './running-cluster.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const widgets = '/apis/example.dev/v1alpha1/namespaces/default/widgets'

async function withWidgets(): Promise<TestCluster> {
  const cluster = await newCluster()
  const { body } = await cluster.api('POST', definitions, widgetDefinition)
  expect(objects(at(body, 'status', 'conditions')).map(({ type, status }) => `${type}=${status}`)).toContain(
    'Established=True',
  )
  return cluster
}

describe('custom resources', () => {
  it('are served, discovered and documented as soon as they are defined', async () => {
    const { api } = await withWidgets()
    expect((await api('GET', '/apis/example.dev/v1alpha1')).body).toMatchObject({
      resources: [
        { name: 'widgets', kind: 'Widget', shortNames: ['wd'], namespaced: true },
        { name: 'widgets/status' },
      ],
    })
    const { body } = await api('GET', '/openapi/v3/apis/example.dev/v1alpha1')
    expect(Object.keys(Object(at(body, 'components', 'schemas')))).toContain('dev.example.v1alpha1.Widget')
  })

  it('get their defaults, lose unknown fields, and keep status to its own door', async () => {
    const { api } = await withWidgets()
    const sent = { ...widget('one', { size: 3, colour: 'red' }), status: { ready: true } }
    const made = await api('POST', widgets, sent)
    expect(made.body).toMatchObject({ spec: { size: 3, mode: 'safe' }, metadata: { generation: 1 } })
    expect(made.body.status).toBeUndefined()
    expect(at(made.body, 'spec', 'colour')).toBeUndefined()
    expect(made.warnings).toContain('spec.colour')
    const change = { spec: { size: 5 }, status: { replicas: [{ name: 'r' }] } }
    const reported = await api('PATCH', `${widgets}/one/status`, change, 'application/merge-patch+json')
    expect(reported.body).toMatchObject({
      spec: { size: 3 },
      status: { replicas: [{ name: 'r' }] },
      metadata: { generation: 1 },
    })
    const resized = await api('PATCH', `${widgets}/one`, change, 'application/merge-patch+json')
    expect(resized.body).toMatchObject({ spec: { size: 5 }, metadata: { generation: 2 } })
  })

  it.each([
    ['out of range', { size: 9 }, 'spec.size: Invalid value: 9: spec.size in body should be less than or equal to 8'],
    [
      'of the wrong type',
      { size: 'big' },
      'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    [
      'not in the list',
      { size: 1, mode: 'odd' },
      'spec.mode: Unsupported value: "odd": supported values: "fast", "safe"',
    ],
    ['missing', {}, 'spec.size: Required value'],
    ['said twice', { size: 1, parts: [{ name: 'a' }, { name: 'a' }] }, 'spec.parts[1]: Duplicate value: {"name":"a"}'],
  ])('refuses a value that is %s', async (_what, spec, fault) => {
    const { api } = await withWidgets()
    const { body } = await api('POST', widgets, widget('one', spec))
    expect(body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: `Widget.example.dev "one" is invalid: ${fault}`,
    })
  })

  it('wants the version of what a replacement replaces', async () => {
    const { api } = await withWidgets()
    await api('POST', widgets, widget('one', { size: 1 }))
    expect((await api('PUT', `${widgets}/one`, widget('one', { size: 2 }))).body.message).toBe(
      'widgets.example.dev "one" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    )
  })

  it('shows the columns of the definition to people', async () => {
    const cluster = await withWidgets()
    await cluster.api('POST', widgets, widget('one', { size: 3 }))
    const status = { status: { conditions: [{ type: 'Ready', status: 'True' }] } }
    await cluster.api('PATCH', `${widgets}/one/status`, status, 'application/merge-patch+json')
    const response = await fetch(new URL(widgets, cluster.url), {
      headers: {
        authorization: `Bearer ${cluster.adminToken}`,
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
      },
    })
    expect(await response.json()).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name' }, { name: 'Size' }, { name: 'Ready' }],
      rows: [{ cells: ['one', 3, 'True'], object: { kind: 'PartialObjectMetadata' } }],
    })
  })

  it('go with their definition, after their finalizers', async () => {
    const { api } = await withWidgets()
    await api('POST', widgets, {
      ...widget('held', { size: 1 }),
      metadata: { name: 'held', finalizers: ['example.dev/keep'] },
    })
    await api('POST', widgets, widget('free', { size: 1 }))
    await api('DELETE', `${definitions}/widgets.example.dev`)
    expect(objects((await api('GET', widgets)).body.items)).toHaveLength(1)
    await api('PATCH', `${widgets}/held`, { metadata: { finalizers: null } }, 'application/merge-patch+json')
    expect((await api('GET', `${definitions}/widgets.example.dev`)).code).toBe(404)
    expect((await api('GET', widgets)).code).toBe(404)
  })

  it('refuses a definition without a schema or under a wrong name', async () => {
    const { api } = await newCluster()
    const wrong = { ...widgetDefinition, metadata: { name: 'gadgets.example.dev' } }
    expect((await api('POST', definitions, wrong)).body.message).toContain('must be spec.names.plural+"."+spec.group')
  })
})
