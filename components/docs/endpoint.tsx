import classes from './api-reference.module.css'

export type EndpointProps = {
  name: string
  method: string
  path: string
  summary: string
  who: string
  tokenScope: string | null
  fields: readonly { name: string; where: string; type: string; required: boolean; notes: string }[]
  errors: readonly { code: string; status: number }[]
}

export function Endpoint({ name, method, path, summary, who, tokenScope, fields, errors }: EndpointProps) {
  return (
    <details id={name} className={classes.endpoint}>
      <summary className={classes.summary}>
        <span className={classes.method}>{method}</span>
        <span className={classes.path}>{path}</span>
        <span className={classes.words}>{summary}</span>
      </summary>
      <div className={classes.details}>
        <p>
          For: {who}. {tokenScope === null ? 'Not by token.' : `Token scope: ${tokenScope}.`}
        </p>
        {fields.length > 0 && (
          <ul className={classes.fields}>
            {fields.map((field) => (
              <li key={field.name}>
                <span className="mono">{field.name}</span>{' '}
                <span className={classes.quiet}>
                  {field.where}, {field.type}
                  {field.required ? ', required' : ''}
                  {field.notes ? `. ${field.notes}` : ''}
                </span>
              </li>
            ))}
          </ul>
        )}
        <p className={classes.quiet}>
          May fail with{' '}
          {errors.map(({ code }, index) => (
            <span key={code}>
              {index > 0 && ', '}
              <a href={`#${code}`}>{code}</a>
            </span>
          ))}
        </p>
      </div>
    </details>
  )
}
