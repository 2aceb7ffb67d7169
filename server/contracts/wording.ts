/**
 * What a person reads about a field where its schema says nothing of its own. Loaded with the contracts, so that forms
 * and the API use the same words.
 */
import { z } from 'zod'

const kindsInWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'This is required.'
      return `This is not ${kindsInWords[issue.expected] ?? 'what is wanted here'}.`
    case 'too_small':
      return atLimit(issue.origin, ['needs at least', 'must be at least'], issue.minimum)
    case 'too_big':
      return atLimit(issue.origin, ['can have at most', 'must be at most'], issue.maximum)
    case 'invalid_value':
      if (issue.input === undefined) return 'This is required.'
      return `This is not one of: ${issue.values.map(String).join(', ')}.`
    case 'invalid_format':
      return issue.format === 'uuid' ? 'This is not a UUID.' : 'This is not in the right form.'
    case 'not_multiple_of':
      return `This is not a multiple of ${issue.divisor}.`
    case 'invalid_union':
      return issue.discriminator ? 'This is not one of the kinds there are.' : 'This has none of the forms it can have.'
    case 'unrecognized_keys':
      return 'There is no such field here.'
    default:
      return 'This is not valid.'
  }
}

function atLimit(origin: string, [length, size]: [string, string], limit: number | bigint): string {
  if (origin === 'string') return `This ${length} ${limit} characters.`
  if (origin === 'array' || origin === 'set') return `This ${length} ${limit} entries.`
  return `This ${size} ${limit}.`
}

z.config({ customError: inWords })
