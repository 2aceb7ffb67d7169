import { describe, expect, it } from 'vitest'
import { getNamespace, listNamespaces } from '#server/contracts/namespaces.ts'
import { approveRequest } from '#server/contracts/requests.ts'
import { addressOf } from './address.ts'

describe('the address of a call', () => {
  it('takes the names in the path from the input and escapes them', () => {
    expect(addressOf(getNamespace, { team: 'ml', namespace: '../data' }).url).toBe(
      '/api/v1/teams/ml/namespaces/..%2Fdata',
    )
  })

  it('puts the rest of a read into the query, without what is not set', () => {
    expect(addressOf(listNamespaces, { team: 'ml', environment: 'dev', cursor: undefined })).toEqual({
      url: '/api/v1/teams/ml/namespaces?environment=dev',
      body: null,
    })
  })

  it('puts the rest of a change into the body', () => {
    expect(addressOf(approveRequest, { id: 'r', sha: 'c' })).toEqual({
      url: '/api/v1/requests/r/approve',
      body: { sha: 'c' },
    })
  })

  it('refuses a call whose path would have a hole', () => {
    expect(() => addressOf(getNamespace, { team: 'ml', namespace: '' })).toThrow('needs "namespace"')
  })
})
