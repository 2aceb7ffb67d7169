/** Where model bytes lie, from one setting: file:///folder, or s3://bucket/prefix?region=…&endpoint=…&path-style=… */
export type S3Place = {
  bucket: string
  /** Ends with a slash, or is empty. */
  prefix: string
  region: string | undefined
  endpoint: string | undefined
  /** The bucket in the path instead of the host's name: what servers other than Amazon's want. */
  pathStyle: boolean
}

export type StorePlace = { kind: 'files'; folder: string } | ({ kind: 's3' } & S3Place)

const parameters = ['region', 'endpoint', 'path-style']

/** Throws with a message for whoever sets it. */
export function readObjectStoreUrl(text: string): StorePlace {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'file:') {
    if (url.host) throw new Error('This is not file:///folder: there is a host in it.')
    return { kind: 'files', folder: decodeURIComponent(url.pathname) }
  }
  if (url?.protocol !== 's3:' || !url.hostname) throw new Error('This is not a file:///folder or s3://bucket address.')
  if (url.username || url.password) {
    throw new Error('There are credentials in this address. Give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.')
  }
  const stranger = [...url.searchParams.keys()].find((name) => !parameters.includes(name))
  if (stranger) throw new Error(`"${stranger}" is none of ${parameters.join(', ')}.`)
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint && !/^https?:\/\/[^/]+\/?$/.test(endpoint)) throw new Error('The endpoint is not https://host[:port].')
  const pathStyle = url.searchParams.get('path-style') ?? String(endpoint !== undefined)
  if (pathStyle !== 'true' && pathStyle !== 'false') throw new Error('path-style is true or false.')
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '')
  return {
    kind: 's3',
    bucket: url.hostname,
    prefix: prefix && `${prefix}/`,
    region: url.searchParams.get('region') ?? undefined,
    endpoint,
    pathStyle: pathStyle === 'true',
  }
}
