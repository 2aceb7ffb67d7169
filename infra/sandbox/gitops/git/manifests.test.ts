import { describe, expect, it } from 'vitest'
import { objectsOf } from './manifests.ts'

const names = (content: string, path = 'apps/file.yaml') =>
  objectsOf({ path, content }).map(({ object }) => `${object.kind}/${object.metadata.name}`)
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`

describe('a file in Git', () => {
  it('may hold several objects, with gaps and Windows line ends', () => {
    expect(names(`---\n${configMap('one')}---\n---\n${configMap('two')}`.replaceAll('\n', '\r\n'))).toEqual([
      'ConfigMap/one',
      'ConfigMap/two',
    ])
  })

  it('is left alone when it means to be something else', () => {
    expect(names('quorum: 2\npresets: []\n')).toEqual([])
    expect(names(`# +argocd:skip-file-rendering\n${configMap('one')}: [`)).toEqual([])
    expect(names('')).toEqual([])
  })

  it.each([
    ['is no YAML', `${configMap('one')}  labels: [`],
    ['says a key twice', `${configMap('one')}kind: Secret\n`],
    ['names nothing', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n'],
    ['breaks off after an object', `${configMap('one')}---\nkind: [`],
    ['is a list where an object belongs', `${configMap('one')}---\n- a\n`],
  ])('is refused by name when it %s', (_what, content) => {
    expect(() => names(content)).toThrow(/^Failed to unmarshal "file\.yaml": failed to unmarshal manifest: /)
  })

  it('is refused when it is JSON but no object', () => {
    expect(() => names('{"quorum": 2}', 'apps/file.json')).toThrow('Failed to unmarshal "file.json"')
  })

  it('cannot grow without bound by aliases', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((letter, index) => {
        const before = 'abcdefgh'[index]
        return `${letter}: &${letter} [${Array(9).fill(`*${before}`).join(',')}]`
      }),
    ].join('\n')
    expect(() => names(`${configMap('one')}data:\n${bomb.replace(/^/gm, '  ')}\n`)).toThrow(/alias/i)
  })
})
