/** The head of an HTTP/1.1 request from its text: strict, because leniency is how two parsers come to disagree. */
import { InferenceError } from '../../protocol/errors.ts'
import type { InferTarget } from '../infer-route.ts'
import type { RouteTable } from '../route-table.ts'

/** It serves every request that comes with the same bytes: what only one of them is told stands in its exchange. */
export interface RequestHead {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: string
  readonly keepAlive: boolean
  /** -1 for a chunked body. */
  readonly contentLength: number
  readonly expectsContinue: boolean
  readonly contentType: string
  readonly contentEncoding: string
  readonly acceptsGzip: boolean
  readonly accept: string
  readonly authorization: string
  /** Inference-Header-Content-Length: where JSON ends and binary tensors begin. */
  readonly jsonLength: number | undefined
  readonly requestId: string
  readonly traceparent: string
  /** How long the caller will wait, from X-Request-Timeout-Ms; 0 when it does not say. */
  readonly timeoutMilliseconds: number
  /** X-Sticky-Key: the same key goes to the same version of a model with weights. */
  readonly stickyKey: string
  /** Where the path led, with the routes it was looked up in: a head that comes again leads there again. */
  route: { table: RouteTable; target: InferTarget } | undefined
}

type Unfinished = { -readonly [Field in keyof RequestHead]: RequestHead[Field] }

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const REQUEST_LINE = /^([A-Z]{1,20}) (\/[\x21-\x7e]*) HTTP\/1\.([01])$/
const PLAIN_ID = /^[\x21-\x7e]{1,200}$/

const bad = (message: string): InferenceError => new InferenceError(400, message)

const wholeNumber = (name: string, value: string): number => {
  if (!/^\d{1,10}$/.test(value)) throw bad(`the header ${name} must be a whole number`)
  return Number(value)
}

export const parseHead = (text: string): RequestHead => {
  const lineEnd = text.indexOf('\r\n')
  const line = REQUEST_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd))
  if (!line) throw bad('the request line is not HTTP/1.1')
  const target = line[2] ?? '/'
  const mark = target.indexOf('?')
  const head: Unfinished = {
    method: line[1] ?? '',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    keepAlive: line[3] === '1',
    contentLength: 0,
    expectsContinue: false,
    contentType: '',
    contentEncoding: '',
    acceptsGzip: false,
    accept: '',
    authorization: '',
    jsonLength: undefined,
    requestId: '',
    traceparent: '',
    timeoutMilliseconds: 0,
    stickyKey: '',
    route: undefined,
  }
  let lengths = 0
  let codings = 0
  let at = lineEnd < 0 ? text.length : lineEnd + 2
  while (at < text.length) {
    let end = text.indexOf('\r\n', at)
    if (end < 0) end = text.length
    const colon = text.indexOf(':', at)
    if (colon <= at || colon > end) throw bad('a header line has no name')
    const name = text.slice(at, colon)
    const value = text.slice(colon + 1, end).trim()
    at = end + 2
    if (!TOKEN.test(name)) throw bad('a header name has a character that is not allowed')
    if (hasControl(value)) throw bad(`the header ${name} has a control character`)
    switch (name.toLowerCase()) {
      case 'content-length':
        head.contentLength = wholeNumber(name, value)
        lengths++
        break
      case 'transfer-encoding':
        if (value.toLowerCase() !== 'chunked')
          throw new InferenceError(501, 'the only transfer encoding served is chunked')
        codings++
        break
      case 'connection':
        if (/\bclose\b/i.test(value)) head.keepAlive = false
        else if (/\bkeep-alive\b/i.test(value)) head.keepAlive = true
        break
      case 'expect':
        if (value.toLowerCase() !== '100-continue')
          throw new InferenceError(417, 'the only expectation served is 100-continue')
        head.expectsContinue = true
        break
      case 'content-type':
        head.contentType = value.toLowerCase()
        break
      case 'content-encoding':
        head.contentEncoding = value.toLowerCase()
        break
      case 'accept':
        head.accept = value
        break
      case 'accept-encoding':
        head.acceptsGzip = /(^|[\s,])(gzip|\*)($|[\s,;])/i.test(value) && !/gzip\s*;\s*q=0(\.0*)?($|[\s,])/i.test(value)
        break
      case 'authorization':
        head.authorization = value
        break
      case 'inference-header-content-length':
        head.jsonLength = wholeNumber(name, value)
        break
      case 'x-request-id':
        if (PLAIN_ID.test(value)) head.requestId = value
        break
      case 'traceparent':
        head.traceparent = value
        break
      case 'x-request-timeout-ms':
        head.timeoutMilliseconds = wholeNumber(name, value)
        break
      case 'x-sticky-key':
        head.stickyKey = value.slice(0, 200)
        break
    }
  }
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) {
    throw bad('the length of the body is given more than once')
  }
  if (codings > 0) head.contentLength = -1
  return head
}

const hasControl = (value: string): boolean => {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true
  }
  return false
}
