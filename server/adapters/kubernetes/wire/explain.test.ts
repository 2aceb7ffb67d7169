import { describe, expect, it } from 'vitest'
import { explain } from './explain.ts'

const statusOf = (message: string, fields: string[] = []) =>
  JSON.stringify({ kind: 'Status', message, details: { causes: fields.map((field) => ({ field })) } })

describe('a refusal of the API server', () => {
  it.each<[string, number, string, string, string]>([
    ['a stale change', 409, statusOf('Operation cannot be fulfilled on pods "a"'), 'conflict', 'Read it again'],
    [
      'a conflict of field managers',
      409,
      statusOf('Apply failed with 1 conflict: conflict with "kubectl": .data.a', ['.data.a']),
      'conflict',
      'Take .data.a out of one of the two places, or force it',
    ],
    ['a missing right', 403, statusOf('pods is forbidden: User "x" cannot list'), 'denied', 'account in the cluster'],
    [
      'a quota that is used up',
      403,
      statusOf('pods "a" is forbidden: exceeded quota: team-quota, requested: requests.cpu=1'),
      'denied',
      'Ask for more quota',
    ],
    [
      'a namespace that is being removed',
      403,
      statusOf(
        'configmaps "a" is forbidden: unable to create new content in namespace x because it is being terminated',
      ),
      'denied',
      'Wait until the namespace is gone',
    ],
    [
      'an admission webhook',
      400,
      statusOf('admission webhook "policy.example" denied the request: no latest tags'),
      'invalid',
      'A rule of the cluster',
    ],
    ['a field that is not valid', 422, statusOf('Deployment.apps "a" is invalid'), 'invalid', 'Correct the fields'],
    ['too many requests', 429, statusOf('Too many requests'), 'busy', 'too much to do'],
    ['an object that is gone', 404, statusOf('pods "a" not found'), 'not_found', 'Look again'],
    ['a proxy’s page', 502, '<html>Bad gateway</html>', 'failed', 'Wait a moment'],
    ['nothing at all', 500, '', 'failed', 'Wait a moment'],
  ])('for %s says what to do', (_what, status, body, fault, remedy) => {
    const error = explain('main', status, body)
    expect(error).toMatchObject({ code: 'integration_unavailable', integration: 'cluster', fault })
    expect(error.message).toContain('The cluster main refused: ')
    expect(error.explanation.remedy).toContain(remedy)
  })
})
