import { Button } from '@mantine/core'
import Link from 'next/link'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Card } from '#components/ui/page/layout.tsx'

export default function PageNotFound() {
  return (
    <Card>
      <EmptyState
        wholePage
        title="This page does not exist, or you may not see it"
        actions={
          <Link href="/">
            <Button component="span" variant="default" size="xs">
              Go to your team
            </Button>
          </Link>
        }
      >
        Check the address. If it belongs to another team, ask one of its maintainers to add you.
      </EmptyState>
    </Card>
  )
}
