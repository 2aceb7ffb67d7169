'use client'

import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Card } from '#components/ui/page/layout.tsx'

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <Card>
      <ErrorState error={error} onRetry={reset} />
    </Card>
  )
}
