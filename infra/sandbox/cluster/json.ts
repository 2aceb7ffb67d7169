import { isDeepStrictEqual } from 'node:util'

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json | undefined }
export type KubeObject = JsonObject & { apiVersion: string; kind: string; metadata: JsonObject }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isKubeObject = (value: unknown): value is KubeObject =>
  isObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isObject(value.metadata)

/** Lenient readers: what is not there, or is of another shape, reads as empty. */
export const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
export const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
export const objects = (value: Json | undefined): JsonObject[] => list(value).filter(isObject)
export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
export const texts = (value: Json | undefined): string[] => list(value).filter((item) => typeof item === 'string')
export const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

export function at(value: Json | undefined, ...path: string[]): Json | undefined {
  let here = value
  for (const key of path) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined
  return here
}

/** The object at the path, made where it is missing. */
export function ensure(root: JsonObject, ...path: string[]): JsonObject {
  let here = root
  for (const key of path) {
    const next = here[key]
    if (isObject(next)) here = next
    else {
      const made: JsonObject = {}
      here[key] = made
      here = made
    }
  }
  return here
}

export const clone = <T>(value: T): T => structuredClone(value)
export const equal = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b)

export const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0)

const rendered = new WeakMap<object, string>()

/** Stored objects never change, so each is rendered once however many lists and watches carry it. */
export function render(value: JsonObject): string {
  const known = rendered.get(value)
  if (known !== undefined) return known
  const json = JSON.stringify(value)
  rendered.set(value, json)
  return json
}

const bare = new WeakMap<KubeObject, JsonObject>()

/** Items of a built-in kind's list do not repeat their type. */
export function withoutType(value: KubeObject): JsonObject {
  const known = bare.get(value)
  if (known) return known
  const { apiVersion: _version, kind: _kind, ...rest } = value
  bare.set(value, rest)
  return rest
}

export const nameOf = (value: JsonObject): string => text(at(value, 'metadata', 'name'))
export const namespaceOf = (value: JsonObject): string => text(at(value, 'metadata', 'namespace'))
export const labelsOf = (value: JsonObject): JsonObject => object(at(value, 'metadata', 'labels'))
export const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`
