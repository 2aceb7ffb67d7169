import { Button } from '@mantine/core'
import { Stack } from '#components/ui/page/layout.tsx'
import { PageHeader } from '#components/ui/page/page-header.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { CodeBlock } from '#components/ui/text/code-block.tsx'
import classes from './api-reference.module.css'
import { Endpoint, type EndpointProps } from './endpoint.tsx'

type Props = {
  groups: readonly { title: string; endpoints: readonly EndpointProps[] }[]
  errors: readonly (readonly [code: string, status: number])[]
}

const anchorOf = (title: string) => title.toLowerCase().replaceAll(' ', '-')

const example = `curl -H "Authorization: Bearer $MODELYARD_TOKEN" \\
  "$PORTAL_URL/api/v1/me"`

/** Everything the portal does, for programs. Made from the contracts that the server itself runs by. */
export function ApiReference({ groups, errors }: Props) {
  return (
    <Stack>
      <PageHeader
        title="API"
        facts="Everything the portal does, for programs"
        actions={
          <Button component="a" href="/api/v1/openapi.json" variant="default">
            OpenAPI 3.1
          </Button>
        }
      />
      <Section title="How to call it">
        <div className={classes.prose}>
          <p>
            Send a token, yours or a team’s, as <span className="mono">Authorization: Bearer</span>. Lists answer{' '}
            <span className="mono">items</span> and <span className="mono">nextCursor</span>; send that back as{' '}
            <span className="mono">cursor</span>. An <span className="mono">Idempotency-Key</span> makes a POST safe to
            send again. Where an answer has an <span className="mono">ETag</span>, a change sends it back as{' '}
            <span className="mono">If-Match</span>.
          </p>
          <CodeBlock code={example} what="the call" />
          <nav aria-label="Parts of the API">
            <ul className={classes.contents}>
              {[...groups.map((group) => group.title), 'Errors'].map((title) => (
                <li key={title}>
                  <a href={`#${anchorOf(title)}`}>{title}</a>
                </li>
              ))}
            </ul>
          </nav>
        </div>
      </Section>
      {groups.map(({ title, endpoints }) => (
        <div key={title} id={anchorOf(title)} className={classes.target}>
          <Section title={title} count={endpoints.length} flush>
            {endpoints.map((endpoint) => (
              <Endpoint key={endpoint.name} {...endpoint} />
            ))}
          </Section>
        </div>
      ))}
      <div id="errors" className={classes.target}>
        <Section title="Errors">
          <div className={classes.prose}>
            <p>
              An error is a problem document: a stable <span className="mono">code</span>, what happened, what to do
              next, every faulty field, and the id under which it is logged.
            </p>
            <dl className={classes.codes}>
              {errors.map(([code, status]) => (
                <div key={code} id={code} className={classes.code}>
                  <dt className="mono">{code}</dt>
                  <dd>{status}</dd>
                </div>
              ))}
            </dl>
          </div>
        </Section>
      </div>
    </Stack>
  )
}
