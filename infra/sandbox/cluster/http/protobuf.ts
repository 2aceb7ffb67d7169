// Kubernetes' own clients send protobuf for built-in kinds: `k8s\0`, an envelope that names the kind, and the object.
// The schema tells each field's type, wire.json its number. Answers are always JSON, which those clients accept too.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isEmpty, isObject, type Json, type JsonObject } from '../json.ts'
import { definitions, type Schema } from '../schema/schema.ts'
import { badRequest } from './status.ts'

const wire = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(new URL('../kinds/wire.json', import.meta.url), 'utf8')))

type Field = { number: number; value: bigint | Buffer }

function* fieldsOf(bytes: Buffer): Iterable<Field> {
  let position = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[position++]
      if (byte === undefined) break
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw badRequest('the protobuf body is cut off')
  }
  while (position < bytes.length) {
    const tag = Number(varint())
    if ((tag & 7) === 0) yield { number: tag >>> 3, value: varint() }
    else if ((tag & 7) === 2) {
      const length = Number(varint())
      const value = bytes.subarray(position, position + length)
      if (value.length < length) throw badRequest('the protobuf body is cut off')
      position += length
      yield { number: tag >>> 3, value }
    } else throw badRequest(`protobuf wire type ${tag & 7} is not used by Kubernetes`)
  }
}

const bytesOf = (value: bigint | Buffer): Buffer => (typeof value === 'bigint' ? Buffer.alloc(0) : value)
const part = (bytes: Buffer, number: number): bigint | Buffer | undefined =>
  [...fieldsOf(bytes)].find((field) => field.number === number)?.value
const textPart = (bytes: Buffer, number: number): string => bytesOf(part(bytes, number) ?? 0n).toString('utf8')
const signed = (value: bigint | Buffer | undefined): number =>
  Number(BigInt.asIntN(64, typeof value === 'bigint' ? value : 0n))

export function decodeProtobuf(body: Buffer): Json {
  if (body.subarray(0, 4).toString('latin1') !== 'k8s\0') throw badRequest('the body is no Kubernetes protobuf')
  const envelope = body.subarray(4)
  const typeMeta = bytesOf(part(envelope, 1) ?? 0n)
  const [apiVersion, kind] = [textPart(typeMeta, 1), textPart(typeMeta, 2)]
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const found = Object.entries(definitions).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (one) => one.group === group && one.version === version && one.kind === kind,
    ),
  )
  if (!found) throw badRequest(`the sandbox does not read ${apiVersion} ${kind} as protobuf; send JSON`)
  return { apiVersion, kind, ...message(bytesOf(part(envelope, 2) ?? 0n), found[0], found[1]) }
}

function message(bytes: Buffer, name: string, schema: Schema): JsonObject {
  const out: JsonObject = {}
  const names = new Map(
    (wire[name] ?? '')
      .split(' ')
      .map((entry): [number, string] => [Number(entry.split(':')[0]), entry.slice(entry.indexOf(':') + 1)]),
  )
  for (const { number, value } of fieldsOf(bytes)) {
    const target = names.get(number)
    if (target === undefined) continue
    if (target.startsWith('@')) {
      Object.assign(out, message(bytesOf(value), target.slice(1), schema))
      continue
    }
    const field = target.replace('*', '')
    const type = schema.properties?.[field]
    if (!type) continue
    if (type.type === 'array')
      out[field] = [...(Array.isArray(out[field]) ? out[field] : []), single(value, type.items ?? {})]
    else if (type.additionalProperties && isObject(type.additionalProperties)) {
      const entry = bytesOf(value)
      out[field] = {
        ...(isObject(out[field]) ? out[field] : {}),
        [textPart(entry, 1)]: single(part(entry, 2) ?? Buffer.alloc(0), type.additionalProperties),
      }
    } else {
      const decoded = single(value, type)
      const isZero = decoded === '' || decoded === 0 || decoded === false || isEmpty(decoded)
      if (!isZero || (target.startsWith('*') && decoded !== null)) out[field] = decoded
    }
  }
  return out
}

function single(value: bigint | Buffer, type: Schema): Json {
  const name = type.$ref ?? ''
  const bytes = bytesOf(value)
  switch (name.split('.').at(-1)) {
    case 'Quantity':
      return textPart(bytes, 1)
    case 'Time':
    case 'MicroTime': {
      const seconds = signed(part(bytes, 1))
      return seconds === 0 || bytes.length === 0
        ? null
        : new Date(seconds * 1000).toISOString().replace('.000Z', name.endsWith('MicroTime') ? '.000000Z' : 'Z')
    }
    case 'IntOrString':
      return signed(part(bytes, 1)) === 0 ? signed(part(bytes, 2)) : textPart(bytes, 3)
    case 'RawExtension':
    case 'FieldsV1':
      return JSON.parse(textPart(bytes, 1) || 'null')
  }
  if (name) return message(bytes, name, definitions[name] ?? {})
  if (type.type === 'integer' || type.type === 'number') return signed(value)
  if (type.type === 'boolean') return value === 1n
  if (type.type === 'array') return [...fieldsOf(bytes)].map((field) => single(field.value, type.items ?? {}))
  return type.format === 'byte' ? bytes.toString('base64') : bytes.toString('utf8')
}
