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

  it('take a folder for a store', () => {
    expect(readOptions([...given, '--store', '/data/models']).store.href).toBe('file:///data/models')
    expect(readOptions(given).store.href).toBe('s3://models/prefix')
    expect(() => readOptions([...given, '--store', 'ftp://x/y'])).toThrow('--store must be')
  })
})
