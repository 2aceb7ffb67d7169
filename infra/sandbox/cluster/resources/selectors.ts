import { badRequest } from '../http/status.ts'
import { at, type Json, type JsonObject, labelsOf } from '../json.ts'
import type { Served } from '../kinds/catalogue.ts'

export type Test = (value: JsonObject) => boolean

const always: Test = () => true
const both = (tests: Test[]): Test => (tests.length === 0 ? always : (value) => tests.every((test) => test(value)))

/** `a=b, a!=b, a in (b,c), a notin (b), a, !a` */
export function labelSelector(source: string): Test {
  const parts = source.split(/,(?![^(]*\))/).map((part) => part.trim())
  return both(parts.filter((part) => part !== '').map(labelTest))
}

function labelTest(part: string): Test {
  const wrong = () => badRequest(`unable to parse requirement: ${JSON.stringify(part)} is not a label selector`)
  const set = /^(\S+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(part)
  const plain = /^([^\s=!()]+)\s*(==|=|!=)\s*([^\s=!()]*)$/.exec(part)
  const presence = /^(!?)\s*([^\s=!()]+)$/.exec(part)
  const label = (value: JsonObject, key: string) => at(labelsOf(value), key)
  if (set) {
    const [, key = '', operator, values = ''] = set
    const wanted = values.split(',').map((value) => value.trim())
    return (value) => {
      const actual = label(value, key)
      const isIn = typeof actual === 'string' && wanted.includes(actual)
      return operator === 'in' ? isIn : !isIn
    }
  }
  if (plain) {
    const [, key = '', operator, wanted = ''] = plain
    return (value) => (label(value, key) === wanted) === (operator !== '!=')
  }
  if (presence) {
    const [, not, key = ''] = presence
    return (value) => (label(value, key) === undefined) === (not === '!')
  }
  throw wrong()
}

const everywhere = ['metadata.name', 'metadata.namespace']
const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']
const selectable: Record<string, string[]> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  Event: [
    ...involved.map((field) => `involvedObject.${field}`),
    ...involved.map((field) => `regarding.${field}`),
    'reason',
    'reportingComponent',
    'reportingController',
    'source',
    'type',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  Service: ['spec.clusterIP', 'spec.type'],
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Job: ['status.successful'],
}

const read = (value: JsonObject, field: string): string => {
  const found: Json | undefined = field === 'source' ? at(value, 'source', 'component') : at(value, ...field.split('.'))
  if (found === undefined || found === null)
    return field === 'spec.unschedulable' || field === 'spec.hostNetwork' ? 'false' : ''
  return String(found)
}

const notSelectable = (field: string, known: string[]): string =>
  known.length > everywhere.length
    ? `field label not supported: ${field}`
    : `${JSON.stringify(field)} is not a known field selector: only ${everywhere.map((one) => JSON.stringify(one)).join(', ')}`

/** `metadata.name=a,status.phase!=Running`, on the fields this kind can be selected by. */
export function fieldSelector(source: string, kind: Served): Test {
  const known = [...everywhere, ...(kind.builtIn ? (selectable[kind.kind] ?? []) : kind.selectableFields)]
  const parts = source.split(',').filter((part) => part.trim() !== '')
  return both(
    parts.map((part) => {
      const [, field = '', operator, wanted = ''] = /^\s*([^=!]+?)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part) ?? []
      if (!operator)
        throw badRequest(`invalid field selector: ${JSON.stringify(part)}; can't understand ${JSON.stringify(part)}`)
      if (!known.includes(field)) throw badRequest(notSelectable(field, known))
      return (value: JsonObject) => (read(value, field) === wanted) === (operator !== '!=')
    }),
  )
}

export function selection(query: URLSearchParams, kind: Served): { test: Test; isAll: boolean } {
  const labels = query.get('labelSelector') ?? ''
  const fields = query.get('fieldSelector') ?? ''
  const tests = [labelSelector(labels), fieldSelector(fields, kind)].filter((test) => test !== always)
  return { test: both(tests), isAll: tests.length === 0 }
}

/** matchLabels + matchExpressions, as written in specs. */
export function matches(selector: Json | undefined, labels: JsonObject): boolean {
  const wanted = at(selector, 'matchLabels')
  const expressions = at(selector, 'matchExpressions')
  const pairs = typeof wanted === 'object' && wanted !== null ? Object.entries(wanted) : []
  if (!pairs.every(([key, value]) => labels[key] === value)) return false
  return (Array.isArray(expressions) ? expressions : []).every((expression) => {
    const actual = labels[String(at(expression, 'key'))]
    const values = at(expression, 'values')
    const isIn = Array.isArray(values) && actual !== undefined && values.includes(actual)
    switch (at(expression, 'operator')) {
      case 'In':
        return isIn
      case 'NotIn':
        return !isIn
      case 'Exists':
        return actual !== undefined
      default:
        return actual === undefined
    }
  })
}
