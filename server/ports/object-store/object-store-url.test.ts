import { describe, expect, it } from 'vitest'
import { readObjectStoreUrl } from './object-store-url.ts'

describe('where model bytes lie', () => {
  it('is a folder or a place in a bucket', () => {
    expect(readObjectStoreUrl('file:///var/lib/my%20models')).toEqual({ kind: 'files', folder: '/var/lib/my models' })
    expect(readObjectStoreUrl('s3://models')).toEqual({
      kind: 's3',
      bucket: 'models',
      prefix: '',
      region: undefined,
      endpoint: undefined,
      pathStyle: false,
    })
    expect(readObjectStoreUrl('s3://models/a/b/?region=eu-west-1&endpoint=https://s3.example:9000')).toEqual({
      kind: 's3',
      bucket: 'models',
      prefix: 'a/b/',
      region: 'eu-west-1',
      endpoint: 'https://s3.example:9000',
      pathStyle: true,
    })
    expect(readObjectStoreUrl('s3://models?endpoint=https://s3.example&path-style=false')).toMatchObject({
      pathStyle: false,
    })
  })

  it.each([
    ['https://models.example', 'not a file:///folder or s3://bucket'],
    ['s3:///models', 'not a file:///folder or s3://bucket'],
    ['file://server/share', 'a host'],
    ['s3://key:secret@models', 'AWS_ACCESS_KEY_ID'],
    ['s3://models?acl=public', '"acl" is none of'],
    ['s3://models?endpoint=s3.example', 'The endpoint is not'],
    ['s3://models?endpoint=https://s3.example/path', 'The endpoint is not'],
    ['s3://models?path-style=maybe', 'true or false'],
  ])('refuses %s', (text, why) => {
    expect(() => readObjectStoreUrl(text)).toThrow(why)
  })
})
