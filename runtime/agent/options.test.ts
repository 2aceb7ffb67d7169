import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

const given = [
  '--control',
  '/run/c.sock',
  '--store',
  's3://models/prefix',
  '--cache',
  '/var/cache',
  '--url-base',
  'http://runtime',
]

describe('the flags', () => {
  it('reports every fault at once, and how it is meant', () => {
    const read = () => readOptions(['--stall-seconds', 'soon', '--replica', 'Über', '--allow-url', 'nowhere'])
    for (const fault of [
      '--control is missing',
      '--store is missing',
      '--stall-seconds must be',
      '--replica must be',
      '--allow-url nowhere',
      'usage:',
    ]) {
      expect(read).toThrow(fault)
    }
  })

  it('take the same address of a bucket as the portal, and no credentials in it', () => {
    const store = (text: string) => readOptions([...given, '--store', text])
    const whole = store('s3://models/prefix?endpoint=https://s3.example:9000&region=eu-west-1&path-style=true')
    expect(whole.store.href).toBe('s3://models/prefix')
    expect(whole.s3).toEqual({ endpoint: 'https://s3.example:9000', region: 'eu-west-1', pathStyle: true })
    expect(store('s3://models').s3).toEqual({})
    expect(() => store('s3://me:secret@models')).toThrow('no credentials')
    expect(() => store('s3://models?endpoint=s3.example&path-style=perhaps&bucket=b')).toThrow(
      /not "bucket"[\s\S]*an endpoint[\s\S]*a path-style/,
    )
  })

  it('take a folder for a store', () => {
    expect(readOptions([...given, '--store', '/data/models']).store.href).toBe('file:///data/models')
    expect(readOptions(given).store.href).toBe('s3://models/prefix')
    expect(() => readOptions([...given, '--store', 'ftp://x/y'])).toThrow('--store must be')
  })
})
