import type { Metadata } from 'next'
import { ApiReference } from '#components/docs/api-reference.tsx'
import { errorCodes } from '#server/contracts/problem.ts'
import { describeApi } from '#server/http/docs/describe.ts'

export const metadata: Metadata = { title: 'API' }

export default function ApiPage() {
  return <ApiReference groups={describeApi().groups} errors={Object.entries(errorCodes)} />
}
