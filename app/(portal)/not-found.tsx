import { LinkButton } from '#components/ui/actions/link-button.tsx'
import { EmptyState } from '#components/ui/page/empty-state.tsx'
import { Card } from '#components/ui/page/layout.tsx'

export default function PageNotFound() {
  return (
    <Card>
      <EmptyState
        wholePage
        title="This page does not exist, or you may not see it"
        actions={
          <LinkButton href="/" variant="default" size="xs">
            Go to your team
          </LinkButton>
        }
      >
        Check the address. If it belongs to another team, ask one of its maintainers to add you.
      </EmptyState>
    </Card>
  )
}
