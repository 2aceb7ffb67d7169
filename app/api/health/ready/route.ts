import { readiness } from '#server/http/readiness.ts'

export const dynamic = 'force-dynamic'

export { readiness as GET }
